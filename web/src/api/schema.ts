/** Made from the OpenAPI document by web/scripts/api-types.ts. Do not edit. */
export interface paths {
"/session/password": { parameters: Record<string, never>
get?: never
put?: never
/** Change your own password; ends all other sessions */
post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": { "current": string; "password": string } } }; responses: { 204: { headers: Record<string, unknown>; content?: never }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 429: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/session/totp/confirm": { parameters: Record<string, never>
get?: never
put?: never
/** Confirm the second factor and turn it on */
post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": { "code": string } } }; responses: { 204: { headers: Record<string, unknown>; content?: never }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 429: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/sessions/{id}": { parameters: Record<string, never>
get?: never
put?: never
post?: never
/** End one of your own sessions; admins can end any */
delete: { parameters: { query?: never; header?: never; path: { "id": number }; cookie?: never }; requestBody?: never; responses: { 204: { headers: Record<string, unknown>; content?: never }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
patch?: never
}
"/sessions": { parameters: Record<string, never>
/** List your own sessions; admins see those of `user_id`, or all */
get: { parameters: { query?: { "user_id"?: number; "all"?: string }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "items": (components['schemas']['Session'])[]; "next_cursor": string | null; "total": number | null; "malformed"?: (components['schemas']['MalformedRow'])[] } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/key": { parameters: Record<string, never>
/** Get the quota and usage of the proxy key that is sent */
get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['OwnKey'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/session/totp/remove": { parameters: Record<string, never>
get?: never
put?: never
/** Turn the second factor off */
post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": { "password": string; "code": string } } }; responses: { 204: { headers: Record<string, unknown>; content?: never }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 429: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/session/setup": { parameters: Record<string, never>
get?: never
put?: never
/** Set a password with a one-time link, and sign in */
post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": { "token": string; "password": string } } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Identity'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 429: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/session": { parameters: Record<string, never>
/** Get the caller */
get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Identity'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
/** Sign in with name and password; sets the session cookie */
post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": { "username": string; "password": string; "code"?: string } } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Identity'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 429: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
/** Sign out; the session cookie becomes invalid */
delete: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 204: { headers: Record<string, unknown>; content?: never }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
patch?: never
}
"/session/options": { parameters: Record<string, never>
/** List the ways to sign in */
get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['SignInOptions'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/session/totp": { parameters: Record<string, never>
get?: never
put?: never
/** Set up a second factor; a code must then confirm it */
post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": { "password": string } } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "secret": string; "uri": string } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 429: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/overview": { parameters: Record<string, never>
/** Get figures compared with those of the previous period, and what needs attention */
get: { parameters: { query?: { "range"?: "1h" | "24h" | "7d" | "30d" }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Overview'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/search": { parameters: Record<string, never>
/** Search users, keys, upstreams, models and requests by a part of their name */
get: { parameters: { query: { "q": string }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "items": ({ "kind": "user" | "key" | "upstream" | "model" | "request"; "id": string; "name": string; "detail": string | null })[] } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/events": { parameters: Record<string, never>
/** Follow requests live as server-sent events, from all instances; users see only their own. The stream ends with the session. */
get: { parameters: { query?: { "quiet"?: string }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "text/event-stream": components['schemas']['LiveEvents'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/requests/{request_id}": { parameters: Record<string, never>
/** Get a request, of any date */
get: { parameters: { query?: never; header?: never; path: { "request_id": string }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['RequestDetail'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/requests": { parameters: Record<string, never>
/** List requests in a time range, the newest first; users see only their own. Includes the latest refused requests, which are kept in memory: those of all instances with Redis, else of the instance that answers. */
get: { parameters: { query: { "cursor"?: string; "limit"?: number; "from": string; "until": string; "outcome"?: "ok" | "rejected" | "upstream_error" | "cut" | "aborted" | "lost" | "refused"; "status"?: string; "user_id"?: number; "key_id"?: number; "model"?: string; "upstream"?: string }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "items": (components['schemas']['Request'])[]; "next_cursor": string | null; "total": number | null; "malformed"?: (components['schemas']['MalformedRow'])[]; "searched_until": string | null } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/requests/histogram": { parameters: Record<string, never>
/** Count requests over time by outcome, in at most 120 intervals; from rollups */
get: { parameters: { query: { "from": string; "until": string; "user_id"?: number; "key_id"?: number; "model"?: string; "upstream"?: string }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "step_seconds": number; "bars": ({ "start": string; "requests": number; "errors": number })[] } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/usage": { parameters: Record<string, never>
/** Report usage by group; users see only their own */
get: { parameters: { query: { "from": string; "until": string; "user_id"?: number; "key_id"?: number; "model"?: string; "upstream"?: string; "by"?: string; "top"?: number }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['UsageReport'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/usage.csv": { parameters: Record<string, never>
/** Export all rows as CSV, with a byte order mark and with formulas disarmed */
get: { parameters: { query: { "from": string; "until": string; "user_id"?: number; "key_id"?: number; "model"?: string; "upstream"?: string; "by"?: string; "top"?: number; "step"?: "hour" | "day" | "week" | "month" }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "text/csv": string } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/usage/series": { parameters: Record<string, never>
/** Report usage over time; users see only their own */
get: { parameters: { query: { "from": string; "until": string; "user_id"?: number; "key_id"?: number; "model"?: string; "upstream"?: string; "by"?: string; "top"?: number; "step"?: "hour" | "day" | "week" | "month" }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['UsageSeries'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/usage/totals": { parameters: Record<string, never>
/** Report totals by any groups, also by UTC days and months, over any range */
get: { parameters: { query?: { "from"?: string; "until"?: string; "by"?: string; "user"?: string; "key_id"?: number; "model"?: string; "upstream"?: string }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "items": (components['schemas']['UsageTotal'])[] } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/users": { parameters: Record<string, never>
/** List users, by name */
get: { parameters: { query?: { "cursor"?: string; "limit"?: number; "search"?: string; "role"?: "admin" | "viewer" | "user"; "status"?: "active" | "disabled" }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "items": (components['schemas']['User'])[]; "next_cursor": string | null; "total": number | null; "malformed"?: (components['schemas']['MalformedRow'])[] } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
/** Create a user */
post: { parameters: { query?: never; header?: { "idempotency-key"?: string }; path?: never; cookie?: never }; requestBody: { content: { "application/json": components['schemas']['NewUser'] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['User'] } }; 201: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['User'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/users/{id}/sessions": { parameters: Record<string, never>
get?: never
put?: never
post?: never
/** Sign a user out everywhere */
delete: { parameters: { query?: never; header?: never; path: { "id": number }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "ended": number } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
patch?: never
}
"/users/{id}": { parameters: Record<string, never>
/** Get a user; users see only themselves */
get: { parameters: { query?: never; header?: never; path: { "id": number }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['User'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
/** Delete a user and their keys; past usage keeps the names */
delete: { parameters: { query?: never; header?: { "if-match"?: string }; path: { "id": number }; cookie?: never }; requestBody?: never; responses: { 204: { headers: Record<string, unknown>; content?: never }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 412: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
/** Update a user */
patch: { parameters: { query?: never; header?: { "if-match"?: string }; path: { "id": number }; cookie?: never }; requestBody: { content: { "application/json": components['schemas']['UserChange'] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['User'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 412: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
}
"/users/{id}/setup-link": { parameters: Record<string, never>
get?: never
put?: never
/** Create a one-time link with which the user sets a password */
post: { parameters: { query?: never; header?: never; path: { "id": number }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "url": string; "expires_at": string } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/quotas": { parameters: Record<string, never>
/** List the quota of each user and its usage in a month */
get: { parameters: { query?: { "cursor"?: string; "limit"?: number; "month"?: string; "search"?: string }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "items": ((components['schemas']['Quota']) & ({ "user_id": number; "username": string }))[]; "next_cursor": string | null; "total": number | null; "malformed"?: (components['schemas']['MalformedRow'])[] } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/quotas/reconcile": { parameters: Record<string, never>
get?: never
put?: never
/** Check the monthly totals against the usage records, and repair them if asked */
post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": { "month"?: string; "repair"?: boolean } } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "repaired": boolean; "different": ({ "table": string; "figure": string; "user_id": number | null; "user": string | null; "rows": number; "recorded": number; "summed": number })[]; "stale_leases": ({ "user_id": number; "user": string | null; "month": string; "instance": string; "tokens": number; "updated_at": string })[] } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/users/{id}/quota/reset": { parameters: Record<string, never>
get?: never
put?: never
/** Reset the usage of a user for the month; the records stay */
post: { parameters: { query?: never; header?: never; path: { "id": number }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Quota'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/users/{id}/password": { parameters: Record<string, never>
get?: never
/** Set the password of a user; ends all sessions and removes the second factor */
put: { parameters: { query?: never; header?: never; path: { "id": number }; cookie?: never }; requestBody: { content: { "application/json": { "password": string } } }; responses: { 204: { headers: Record<string, unknown>; content?: never }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 429: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
post?: never
delete?: never
patch?: never
}
"/keys": { parameters: Record<string, never>
/** List keys, the newest first; users see only their own */
get: { parameters: { query?: { "cursor"?: string; "limit"?: number; "user_id"?: number; "search"?: string; "state"?: "active" | "retiring" | "expired" | "revoked"; "unused_days"?: number; "expires_within_days"?: number }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "items": (components['schemas']['Key'])[]; "next_cursor": string | null; "total": number | null; "malformed"?: (components['schemas']['MalformedRow'])[] } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
/** Create a key; users can create keys only for themselves */
post: { parameters: { query?: never; header?: { "idempotency-key"?: string }; path?: never; cookie?: never }; requestBody: { content: { "application/json": components['schemas']['NewKey'] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['CreatedKey'] } }; 201: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['CreatedKey'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/keys/{id}": { parameters: Record<string, never>
/** Get a key */
get: { parameters: { query?: never; header?: never; path: { "id": number }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Key'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
/** Update a key; users can only restrict their own */
patch: { parameters: { query?: never; header?: { "if-match"?: string }; path: { "id": number }; cookie?: never }; requestBody: { content: { "application/json": components['schemas']['KeyChange'] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Key'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 412: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
}
"/keys/{id}/activity": { parameters: Record<string, never>
/** Get when a key was last used and refused, and why it would be refused now */
get: { parameters: { query?: never; header?: never; path: { "id": number }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "refused_because": "revoked" | "expired" | "user disabled" | null; "last_used_at": string | null; "last_refused_at": string | null; "last_refusal": string | null; "last_refused_address": string | null } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/keys/{id}/revoke": { parameters: Record<string, never>
get?: never
put?: never
/** Revoke a key; it is refused on all instances within a second */
post: { parameters: { query?: never; header?: never; path: { "id": number }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Key'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/keys/{id}/rotate": { parameters: Record<string, never>
get?: never
put?: never
/** Rotate a key: a new secret with the same rights; the old one works for another `grace_seconds` */
post: { parameters: { query?: never; header?: { "idempotency-key"?: string }; path: { "id": number }; cookie?: never }; requestBody: { content: { "application/json": { "grace_seconds"?: number } } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['CreatedKey'] } }; 201: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['CreatedKey'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/upstreams": { parameters: Record<string, never>
/** List upstreams, by name */
get: { parameters: { query?: { "cursor"?: string; "limit"?: number; "search"?: string; "state"?: "healthy" | "half_open" | "open" | "cooling" | "invalid" | "draining" | "disabled"; "provider"?: string }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "items": (components['schemas']['Upstream'])[]; "next_cursor": string | null; "total": number | null; "malformed"?: (components['schemas']['MalformedRow'])[] } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
/** Add a provider key */
post: { parameters: { query?: never; header?: { "idempotency-key"?: string }; path?: never; cookie?: never }; requestBody: { content: { "application/json": components['schemas']['NewUpstream'] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Upstream'] } }; 201: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Upstream'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/upstreams/{id}/disable": { parameters: Record<string, never>
get?: never
put?: never
/** Stop using it until it is enabled again */
post: { parameters: { query?: never; header?: never; path: { "id": number }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Upstream'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/upstreams/{id}/drain": { parameters: Record<string, never>
get?: never
put?: never
/** Send it no new requests; those in flight finish */
post: { parameters: { query?: never; header?: never; path: { "id": number }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Upstream'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/upstreams/{id}/enable": { parameters: Record<string, never>
get?: never
put?: never
/** Enable it again */
post: { parameters: { query?: never; header?: never; path: { "id": number }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Upstream'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/upstreams/{id}/models": { parameters: Record<string, never>
get?: never
put?: never
/** Fetch the provider's list of models */
post: { parameters: { query?: never; header?: never; path: { "id": number }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "models": (string)[]; "problem": string | null } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/upstreams/{id}": { parameters: Record<string, never>
/** Get an upstream */
get: { parameters: { query?: never; header?: never; path: { "id": number }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Upstream'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
/** Delete a provider key; past usage keeps its name */
delete: { parameters: { query?: never; header?: { "if-match"?: string }; path: { "id": number }; cookie?: never }; requestBody?: never; responses: { 204: { headers: Record<string, unknown>; content?: never }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 412: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
/** Update an upstream */
patch: { parameters: { query?: never; header?: { "if-match"?: string }; path: { "id": number }; cookie?: never }; requestBody: { content: { "application/json": components['schemas']['UpstreamChange'] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Upstream'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 412: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
}
"/upstreams/{id}/reset": { parameters: Record<string, never>
get?: never
put?: never
/** Mark it healthy: clear its failures and cooldown */
post: { parameters: { query?: never; header?: never; path: { "id": number }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Upstream'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/upstreams/{id}/test": { parameters: Record<string, never>
get?: never
put?: never
/** Test the key at its provider */
post: { parameters: { query?: never; header?: never; path: { "id": number }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['ProbeResult'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/upstreams/copy-settings": { parameters: Record<string, never>
get?: never
put?: never
/** Copy the settings of one upstream to many */
post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": { "from": number; "to": (number)[]; "fields": ("weight" | "models" | "deployments" | "api_version")[] } } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "changed": number } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/upstreams/import": { parameters: Record<string, never>
get?: never
put?: never
/** Add many provider keys at once, one per line; keys that exist already are left unchanged */
post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": { "settings": { "provider": string; "base_url"?: string; "weight"?: number; "models"?: (string)[] | null; "deployments"?: Record<string, string> | null; "headers"?: Record<string, string> | null; "api_version"?: string | null; "protocol"?: "chat" | "responses" | null; "max_in_flight"?: number | null; "tags"?: (string)[] }; "secrets": string; "test"?: boolean } } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "added": number; "lines": ({ "line": number; "key_hint": string; "result": "added" | "duplicate" | "known" | "invalid" | "failed_test"; "reason": string | null; "upstream_id": number | null; "name": string | null })[] } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/providers": { parameters: Record<string, never>
/** List the vendors that an upstream can belong to */
get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "items": ({ "name": string; "base_url": string | null; "needs_deployments": boolean; "has_api_version": boolean; "chooses_protocol": boolean })[] } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/models/explain": { parameters: Record<string, never>
/** Dry run: explain what would serve a request for this model now, and why */
get: { parameters: { query: { "model": string; "key_id"?: number | null }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "model": string; "allowed": boolean; "problem": string | null; "targets": (components['schemas']['Target'])[] } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/prices/import": { parameters: Record<string, never>
get?: never
put?: never
/** Set many prices of your own, all or none */
post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": { "prices": ((components['schemas']['NewPrice']) & ({ "model": string }))[] } } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "imported": number } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/models": { parameters: Record<string, never>
/** List public model names and their targets, in the order in which they are tried */
get: { parameters: { query?: { "cursor"?: string; "limit"?: number; "search"?: string }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "items": (components['schemas']['Model'])[]; "next_cursor": string | null; "total": number | null; "malformed"?: (components['schemas']['MalformedRow'])[] } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/prices": { parameters: Record<string, never>
/** List the operator's own prices, and the published ones of models that are served */
get: { parameters: { query?: { "cursor"?: string; "limit"?: number; "search"?: string }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "items": (components['schemas']['Price'])[]; "next_cursor": string | null; "total": number | null; "malformed"?: (components['schemas']['MalformedRow'])[] } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/prices/{model}": { parameters: Record<string, never>
get?: never
/** Set a price of your own; it applies to requests from now on */
put: { parameters: { query?: never; header?: { "if-match"?: string }; path: { "model": string }; cookie?: never }; requestBody: { content: { "application/json": components['schemas']['NewPrice'] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Price'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 412: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
post?: never
/** Delete your own price and return to the published one */
delete: { parameters: { query?: never; header?: never; path: { "model": string }; cookie?: never }; requestBody?: never; responses: { 204: { headers: Record<string, unknown>; content?: never }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
patch?: never
}
"/model-definitions/{model}/explain": { parameters: Record<string, never>
/** Explain in which order a request would try the upstream keys, and why it would not try others */
get: { parameters: { query?: { "key_id"?: number | null; "body"?: string }; header?: never; path: { "model": string }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "items": (components['schemas']['ExplainedTarget'])[] } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/model-definitions/{model}": { parameters: Record<string, never>
/** Get the definition of a public model name */
get: { parameters: { query?: never; header?: never; path: { "model": string }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['NamedDefinition'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
/** Define a public model name; `if-none-match: *` refuses to replace a definition */
put: { parameters: { query?: never; header?: { "if-match"?: string; "if-none-match"?: "*" }; path: { "model": string }; cookie?: never }; requestBody: { content: { "application/json": components['schemas']['ModelDefinition'] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['NamedDefinition'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 412: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
post?: never
/** Delete a public model name; upstream keys may still serve it */
delete: { parameters: { query?: never; header?: { "if-match"?: string }; path: { "model": string }; cookie?: never }; requestBody?: never; responses: { 204: { headers: Record<string, unknown>; content?: never }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 412: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
patch?: never
}
"/model-definitions": { parameters: Record<string, never>
/** List the defined public model names */
get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "items": (components['schemas']['NamedDefinition'])[] } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/audit.csv": { parameters: Record<string, never>
/** Export all rows as CSV */
get: { parameters: { query?: { "from"?: string; "until"?: string; "actor"?: string; "action"?: string; "subject"?: string }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "text/csv": string } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/doctor": { parameters: Record<string, never>
/** Run the doctor on the gateway that answers */
get: { parameters: { query?: { "only"?: string; "lang"?: string; "user"?: string; "request"?: string; "model"?: string; "tokens"?: number }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": {  } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/encryption": { parameters: Record<string, never>
/** List which encryption key each stored secret is encrypted with */
get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "active_key_id": string; "rows": ({ "kind": "upstream_key" | "second_factor" | "data_key"; "name": string; "key_id": string; "active": boolean; "problem": string | null })[] } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/oidc/callback": { parameters: Record<string, never>
/** Return from the identity provider */
get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 302: { headers: Record<string, unknown>; content?: never } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/settings": { parameters: Record<string, never>
/** Get every setting with the source of its value */
get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Settings'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
/** Change settings that do not come from the environment or a file */
patch: { parameters: { query?: never; header?: { "if-match"?: string }; path?: never; cookie?: never }; requestBody: { content: { "application/json": { "time_zone"?: string | null; "users_may_create_keys"?: boolean } } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Settings'] } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 412: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
}
"/audit": { parameters: Record<string, never>
/** List who changed what, the newest first */
get: { parameters: { query?: { "cursor"?: string; "limit"?: number; "from"?: string; "until"?: string; "actor"?: string; "action"?: string; "subject"?: string }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "items": (components['schemas']['AuditEntry'])[]; "next_cursor": string | null; "total": number | null; "malformed"?: (components['schemas']['MalformedRow'])[] } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/openapi.json": { parameters: Record<string, never>
/** Get this document */
get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": {  } } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/playground/{key_id}/{endpoint}": { parameters: Record<string, never>
get?: never
put?: never
/** Call a model with one of your own keys; the response is the endpoint's own, streamed if asked */
post: { parameters: { query?: never; header?: never; path: { "key_id": number; "endpoint": "chat.completions" | "completions" | "embeddings" }; cookie?: never }; requestBody: { content: { "application/json": { "model": string } } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": {  }; "text/event-stream": string } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/playground/{key_id}/models": { parameters: Record<string, never>
/** List the models that a key may use */
get: { parameters: { query?: never; header?: never; path: { "key_id": number }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "models": (string)[]; "problem": string | null } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 404: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/encryption/rotate": { parameters: Record<string, never>
get?: never
put?: never
/** Re-encrypt every stored secret with the active encryption key, while serving */
post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "rotated": ({ "kind": "upstream_key" | "second_factor" | "data_key"; "name": string })[]; "failed": ({ "kind": "upstream_key" | "second_factor" | "data_key"; "name": string; "key_id": string; "active": boolean; "problem": string | null })[]; "retired_keys": string | null } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 409: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
delete?: never
patch?: never
}
"/oidc/start": { parameters: Record<string, never>
/** Redirect to the identity provider */
get: { parameters: { query?: { "return_to"?: string }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 302: { headers: Record<string, unknown>; content?: never } } }
put?: never
post?: never
delete?: never
patch?: never
}
"/surroundings": { parameters: Record<string, never>
/** Get the public address, version, time zone and clock */
get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": { "version": string; "public_url": string; "time_zone": string; "now": string; "mode": "embedded" | "distributed"; "may_create_keys": boolean } } }; 400: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 401: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } }; 403: { headers: Record<string, unknown>; content: { "application/json": components['schemas']['Error'] } } } }
put?: never
post?: never
delete?: never
patch?: never
}
}
export interface components { schemas: {
Error: { "error": { "message": string; "type": string; "code": string | null; "param": string | null; "request_id": string; "doctor"?: string; "remedy"?: string; "fields"?: ({ "field": string; "message": string })[]; "values"?: Record<string, string | number>; "changed_by"?: string | null; "changed_at"?: string | null } }
Session: { "id": number; "user_id": number; "username": string; "created_at": string; "last_seen_at": string; "expires_at": string; "address": string; "user_agent": string; "current": boolean }
MalformedRow: { "table": string; "id": number; "name": string; "reason": string; "repair": string | null }
OwnKey: { "name": string; "prefix": string; "username": string; "status": string; "expires_at": string | null; "allowed_models": (string)[] | null; "rpm": number | null; "tpm": number | null; "quota_tokens": number | null; "used_tokens": number; "left_tokens": number | null; "resets_at": string; "requests": number; "tokens": number; "cost_usd": number | null; "days": ({ "day": string; "requests": number; "tokens": number; "cost_usd": number | null })[]; "models": (string)[] }
Identity: { "user_id": number; "username": string; "role": "admin" | "viewer" | "user"; "by": "session" | "key"; "has_password": boolean; "totp_enabled": boolean; "session_id": number | null; "expires_at": string | null; "now": string }
SignInOptions: { "password": boolean; "oidc": { "name": string; "start": string; "available": boolean } | null; "needs_setup": boolean; "secure": boolean; "hint": string | null; "version": string }
Overview: { "from": string; "until": string; "time_zone": string; "figures": { "requests": { "value": number | null; "before": number | null }; "errors": { "value": number | null; "before": number | null }; "tokens": { "value": number | null; "before": number | null }; "cost_usd": { "value": number | null; "before": number | null }; "first_token_p50_ms": { "value": number | null; "before": number | null }; "first_token_p95_ms": { "value": number | null; "before": number | null }; "overhead_p50_ms": { "value": number | null; "before": number | null }; "overhead_p95_ms": { "value": number | null; "before": number | null } }; "series": ({ "start": string; "until": string; "unfinished": boolean; "requests": number; "errors": number; "tokens": number; "cost_usd": number | null; "cost_by_model": Record<string, number> })[]; "busiest": { "users": ({ "id": string; "name": string; "owner": string | null; "requests": number; "tokens": number; "cost_usd": number | null })[]; "keys": ({ "id": string; "name": string; "owner": string | null; "requests": number; "tokens": number; "cost_usd": number | null })[]; "models": ({ "id": string; "name": string; "owner": string | null; "requests": number; "tokens": number; "cost_usd": number | null })[] }; "attention": ({ "check": string; "severity": "problem" | "warning"; "title": string; "detail": string; "fix": string | null; "link": string | null })[]; "next_step": "add_upstream" | "create_key" | "send_request" | null; "generated_at": string }
LiveEvents: { "clock"?: { "now": string; "version": string }; "request"?: components['schemas']['Request']; "scope"?: { "instances": "all" | "own" }; "skipped"?: { "requests": number }; "gauge"?: { "in_flight": number; "requests_per_minute": number; "errors_per_minute": number; "tokens_per_minute": number }; "changed"?: { "kind": "users" | "keys" | "upstreams" | "settings" }; "bye"?: { "reason": string } }
Request: { "request_id": string; "started_at": string; "user_id": number; "username": string; "key_id": number; "key_name": string; "endpoint": string; "model": string; "upstream": string | null; "stream": boolean; "status": number; "outcome": string; "error_code": string | null; "attempts": number; "duration_ms": number; "first_token_ms": number | null; "prompt_tokens": number; "completion_tokens": number; "total_tokens": number; "estimated": boolean; "cost_usd": number | null }
RequestDetail: (components['schemas']['Request']) & ({ "upstream_model": string | null; "provider": string | null; "cached_tokens": number; "reasoning_tokens": number; "audio_tokens": number; "images": number; "audio_seconds": number; "characters": number; "video_seconds": number; "searches": number; "file_searches": number; "code_sessions": number; "pages": number; "reserved_tokens": number; "ambiguous": boolean; "timeline": { "sent_ms": number | null; "waits": ({ "kind": "limits" | "quota" | "queue"; "started_ms": number; "duration_ms": number })[]; "first_token_ms": number | null; "end_ms": number }; "tries": ({ "upstream": string; "started_ms": number | null; "duration_ms": number | null; "status": number | null; "failure": string | null; "prompt_tokens": number | null; "completion_tokens": number | null; "cost_usd": number | null; "units": ({ "kind": string; "count": number })[] })[]; "cost": ({ "kind": string; "tokens": number; "usd_per_million": number; "usd": number })[]; "refusal": { "message": string; "figures": ({ "measure": "tokens_per_month" | "requests_per_minute" | "tokens_per_minute" | "requests_in_flight"; "owner": string; "limit": number; "used": number; "asked": number; "refused": boolean; "wait_ms": number | null })[] } | null })
UsageReport: { "time_zone": string; "from": string; "until": string; "rows": ({ "group": ({ "id": string; "name": string })[]; "sum": components['schemas']['UsageSum'] })[]; "other": ((components['schemas']['UsageSum'])) | null; "total": components['schemas']['UsageSum']; "forecast_usd": number | null; "generated_at": string }
UsageSum: { "requests": number; "errors": number; "prompt_tokens": number; "completion_tokens": number; "total_tokens": number; "cached_tokens": number; "reasoning_tokens": number; "audio_tokens": number; "images": number; "audio_seconds": number; "characters": number; "video_seconds": number; "searches": number; "file_searches": number; "code_sessions": number; "pages": number; "estimated_requests": number; "unpriced_requests": number; "cost_usd": number | null }
UsageSeries: { "time_zone": string; "step": "hour" | "day" | "week" | "month"; "buckets": ({ "start": string; "until": string; "unfinished": boolean; "known": boolean })[]; "series": ({ "group": ({ "id": string; "name": string })[]; "other": boolean; "sums": (components['schemas']['UsageSum'])[] })[]; "generated_at": string }
UsageTotal: { "user"?: string; "key"?: string; "model"?: string; "upstream"?: string; "day"?: string; "month"?: string; "requests": number; "errors": number; "prompt_tokens": number; "completion_tokens": number; "total_tokens": number; "cached_tokens": number; "reasoning_tokens": number; "audio_tokens": number; "images": number; "audio_seconds": number; "characters": number; "video_seconds": number; "searches": number; "file_searches": number; "code_sessions": number; "pages": number; "estimated_requests": number; "unpriced_requests": number; "cost_usd": number | null }
User: { "id": number; "username": string; "email": string | null; "role": "admin" | "viewer" | "user"; "status": "active" | "disabled"; "monthly_quota_tokens": number | null; "max_in_flight": number | null; "created_at": string; "has_password": boolean; "totp_enabled": boolean; "active_keys": number; "last_used_at": string | null; "quota": components['schemas']['Quota']; "cost_usd": number | null; "requests": number }
Quota: { "quota_tokens": number | null; "quota_from": "default" | "user"; "used_tokens": number; "leased_tokens": number; "left_tokens": number | null; "resets_at": string }
NewUser: { "username": string; "email"?: string | null; "role"?: "admin" | "viewer" | "user"; "monthly_quota_tokens"?: number | null; "max_in_flight"?: number | null }
UserChange: { "username"?: string; "email"?: string | null; "role"?: "admin" | "viewer" | "user"; "status"?: "active" | "disabled"; "monthly_quota_tokens"?: number | null; "max_in_flight"?: number | null }
CreatedKey: (components['schemas']['Key']) & ({ "secret": string | null; "replayed": boolean })
Key: { "id": number; "user_id": number; "username": string; "name": string; "prefix": string; "status": "active" | "revoked"; "state": "active" | "retiring" | "expired" | "revoked"; "allowed_models": (string)[] | null; "rpm": number | null; "tpm": number | null; "max_in_flight": number | null; "priority": number; "tags": (string)[]; "strict": boolean; "allowed_addresses": (string)[] | null; "expires_at": string | null; "created_at": string; "last_used_at": string | null; "minute": { "requests": number; "tokens": number }; "rotated_to": number | null }
NewKey: { "name": string; "allowed_models"?: (string)[] | null; "rpm"?: number | null; "tpm"?: number | null; "max_in_flight"?: number | null; "priority"?: number; "tags"?: (string)[]; "strict"?: boolean; "allowed_addresses"?: (string)[] | null; "expires_at"?: string | null; "user_id": number }
KeyChange: { "name"?: string; "allowed_models"?: (string)[] | null; "rpm"?: number | null; "tpm"?: number | null; "max_in_flight"?: number | null; "priority"?: number; "tags"?: (string)[]; "strict"?: boolean; "allowed_addresses"?: (string)[] | null; "expires_at"?: string | null }
Upstream: { "id": number; "name": string; "provider": string; "base_url": string; "weight": number; "models": (string)[] | null; "deployments": Record<string, string> | null; "headers": Record<string, string> | null; "api_version": string | null; "protocol": "chat" | "responses" | null; "max_in_flight": number | null; "tags": (string)[]; "key_hint": string; "share": number; "state": "healthy" | "half_open" | "open" | "cooling" | "invalid" | "draining" | "disabled"; "status": "healthy" | "cooldown" | "disabled" | "invalid"; "model_states": (components['schemas']['ModelState'])[]; "failure_count": number; "cooldown_ms": number | null; "cooldown_until": string | null; "total_requests": number; "total_errors": number; "last_error": string | null; "last_error_hint": string | null; "in_flight": number | null; "recent": ({ "at": string; "ok": boolean; "status": number | null; "first_token_ms": number | null })[]; "day": { "requests": number; "errors": number; "attempts": number; "failed_attempts": number; "first_token_p50_ms": number | null; "first_token_p95_ms": number | null }; "created_at": string }
ModelState: { "model": string; "status": "cooldown" | "degraded" | "limited" | "missing"; "failure_count": number; "until": string; "last_error": string | null; "last_error_hint": string | null }
NewUpstream: { "name": string; "provider": string; "base_url"?: string; "weight"?: number; "models"?: (string)[] | null; "deployments"?: Record<string, string> | null; "headers"?: Record<string, string> | null; "api_version"?: string | null; "protocol"?: "chat" | "responses" | null; "max_in_flight"?: number | null; "tags"?: (string)[]; "secret": string }
ProbeResult: { "ok": boolean; "status": number | null; "latency_ms": number; "detail": string }
UpstreamChange: { "name"?: string; "provider"?: string; "base_url"?: string; "weight"?: number; "models"?: (string)[] | null; "deployments"?: Record<string, string> | null; "headers"?: Record<string, string> | null; "api_version"?: string | null; "protocol"?: "chat" | "responses" | null; "max_in_flight"?: number | null; "tags"?: (string)[]; "secret"?: string }
Target: { "upstream_id": number | null; "upstream": string | null; "model": string; "priority": number; "weight": number; "skipped": string | null; "state": string }
NewPrice: { "input_usd": number; "output_usd": number; "cached_usd"?: number | null; "reasoning_usd"?: number | null; "audio_input_usd"?: number | null; "audio_output_usd"?: number | null }
Model: { "name": string; "origin": "declared" | "listed"; "targets": (components['schemas']['Target'])[]; "price": components['schemas']['Price']; "available": boolean }
Price: { "model": string; "source": "own" | "published"; "input_usd": number; "output_usd": number; "cached_usd": number | null; "reasoning_usd": number | null; "audio_input_usd": number | null; "audio_output_usd": number | null } | null
ExplainedTarget: { "upstream": string; "model": string | null; "priority": number | null; "weight": number | null; "verdict": string; "reason": "tried" | "tried_last" | "mirror" | "key_not_allowed" | "condition" | "disabled" | "invalid" | "resting" | "not_a_target" | "not_served" | "less_specific"; "detail": string | null; "until": string | null }
NamedDefinition: (components['schemas']['ModelDefinition']) & ({ "name": string })
DefinedTarget: { "upstream"?: string | null; "model": string; "priority"?: number; "weight"?: number | null; "context_tokens"?: number | null; "max_in_flight"?: number | null; "mirror_percent"?: number | null; "conditions"?: (string)[] }
ModelDefinition: { "strategy"?: "priority" | "latency" | "cost" | "sticky"; "targets": (components['schemas']['DefinedTarget'])[]; "default"?: Record<string, unknown>; "set"?: Record<string, unknown>; "drop"?: (string)[]; "first_token_ms"?: number | null; "first_token_action"?: "replace" | "hedge"; "fallback_on_filter"?: boolean }
Settings: { "version": string; "mode": "embedded" | "distributed"; "instance": string; "public_url": string; "console_url": string; "time_zone": string; "users_may_create_keys": boolean; "usage_retention_days": number | null; "variables": (components['schemas']['Setting'])[]; "oidc": { "issuer": string; "client_id": string } | null }
Setting: { "name": string; "value": string | null; "source": "default" | "environment" | "file" | "console"; "from": string | null; "locked": boolean; "secret": boolean; "default": string | null }
AuditEntry: { "id": number; "at": string; "actor": string; "address": string | null; "action": string; "subject": string; "subject_name": string | null; "before": Record<string, unknown> | null; "after": Record<string, unknown> | null }
} }
