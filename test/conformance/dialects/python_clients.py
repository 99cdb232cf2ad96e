"""Asks a question, streams the answer and completes a tool loop with one client library.

`python_clients.py CLIENT MODEL...` prints a list as JSON, for each model `{text, streamed, looked, usage}`: `looked` is the answer after a call of the
tool `look`, `usage` the tokens of the first answer. ORIGIN and KEY say where the gateway is and who asks.
"""

import asyncio
import json
import os
import sys

ORIGIN, KEY = os.environ["ORIGIN"], os.environ["KEY"]
BASE_URL = f"{ORIGIN}/v1"
SEEN = "A cat."
QUESTION = "Hello"
SCHEMA = {"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]}
OPENAI_TOOL = {"type": "function", "function": {"name": "look", "description": "Looks.", "parameters": SCHEMA}}


def look(at: str) -> str:
    """Looks at something."""
    assert at == "cat"
    return SEEN


def user(content=QUESTION):
    return {"role": "user", "content": content}


def anthropic(model):
    from anthropic import Anthropic

    client = Anthropic(base_url=ORIGIN, api_key=KEY, max_retries=0)
    given = {"model": model, "max_tokens": 100}
    answer = client.messages.create(**given, messages=[user()])
    with client.messages.stream(**given, messages=[user()]) as stream:
        streamed = stream.get_final_text()
    tools = [{"name": "look", "description": "Looks.", "input_schema": SCHEMA}]
    first = client.messages.create(**given, messages=[user()], tools=tools)
    call = next(block for block in first.content if block.type == "tool_use")
    result = {"type": "tool_result", "tool_use_id": call.id, "content": look(**call.input)}
    turns = [user(), {"role": "assistant", "content": first.content}, user([result])]
    last = client.messages.create(**given, messages=turns, tools=tools)
    used = answer.usage
    given_tokens = used.input_tokens + (used.cache_read_input_tokens or 0) + (used.cache_creation_input_tokens or 0)
    return answer.content[0].text, streamed, last.content[0].text, (given_tokens, used.output_tokens)


def litellm_with(prefix, base):
    def ask(model, messages, **more):
        import litellm

        return litellm.completion(
            model=f"{prefix}/{model}", api_base=base, api_key=KEY, messages=messages, num_retries=0, **more
        )

    def run(model):
        answer = ask(model, [user()])
        chunks = ask(model, [user()], stream=True)
        streamed = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
        first = ask(model, [user()], tools=[OPENAI_TOOL]).choices[0].message
        (call,) = first.tool_calls
        result = {"role": "tool", "tool_call_id": call.id, "content": look(**json.loads(call.function.arguments))}
        last = ask(model, [user(), first.model_dump(), result], tools=[OPENAI_TOOL])
        used = answer.usage
        texts = answer.choices[0].message.content, streamed, last.choices[0].message.content
        return *texts, (used.prompt_tokens, used.completion_tokens)

    return run


def pydantic_with(chosen):
    def run(model):
        from pydantic_ai import Agent

        async def ask():
            agent = Agent(chosen(model))
            answer = await agent.run(QUESTION)
            async with agent.run_stream(QUESTION) as result:
                streamed = [text async for text in result.stream_text(delta=True)]
            last = await Agent(chosen(model), tools=[look]).run(QUESTION)
            used = answer.usage() if callable(answer.usage) else answer.usage
            return answer.output, "".join(streamed), last.output, (used.input_tokens, used.output_tokens)

        return asyncio.run(ask())

    return run


def pydantic_chat(model):
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    return OpenAIChatModel(model, provider=OpenAIProvider(base_url=BASE_URL, api_key=KEY))


def pydantic_responses(model):
    from pydantic_ai.models.openai import OpenAIResponsesModel
    from pydantic_ai.providers.openai import OpenAIProvider

    return OpenAIResponsesModel(model, provider=OpenAIProvider(base_url=BASE_URL, api_key=KEY))


def pydantic_anthropic(model):
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    return AnthropicModel(model, provider=AnthropicProvider(base_url=ORIGIN, api_key=KEY))


def agents_with(chosen):
    def run(name):
        import agents
        from openai import AsyncOpenAI
        from openai.types.responses import ResponseTextDeltaEvent

        agents.set_tracing_disabled(True)
        client = AsyncOpenAI(base_url=BASE_URL, api_key=KEY, max_retries=0)
        model = getattr(agents, chosen)(model=name, openai_client=client)

        async def ask():
            agent = agents.Agent(name="one", model=model)
            answer = await agents.Runner.run(agent, QUESTION)
            streaming = agents.Runner.run_streamed(agent, QUESTION)
            streamed = ""
            async for event in streaming.stream_events():
                if event.type == "raw_response_event" and isinstance(event.data, ResponseTextDeltaEvent):
                    streamed += event.data.delta
            looking = agents.Agent(name="two", model=model, tools=[agents.function_tool(look)])
            last = await agents.Runner.run(looking, QUESTION)
            used = answer.raw_responses[0].usage
            return answer.final_output, streamed, last.final_output, (used.input_tokens, used.output_tokens)

        return asyncio.run(ask())

    return run


def langchain_with(**more):
    def run(model):
        from langchain_core.messages import HumanMessage, ToolMessage
        from langchain_openai import ChatOpenAI

        chat = ChatOpenAI(model=model, base_url=BASE_URL, api_key=KEY, max_retries=0, **more)
        answer = chat.invoke(QUESTION)
        streamed = "".join(chunk.text for chunk in chat.stream(QUESTION))
        looking = chat.bind_tools([OPENAI_TOOL])
        first = looking.invoke(QUESTION)
        (call,) = first.tool_calls
        result = ToolMessage(look(**call["args"]), tool_call_id=call["id"])
        last = looking.invoke([HumanMessage(QUESTION), first, result])
        used = answer.usage_metadata
        return answer.text, streamed, last.text, (used["input_tokens"], used["output_tokens"])

    return run


def llama_index(model):
    from llama_index.core.llms import ChatMessage
    from llama_index.core.tools import FunctionTool
    from llama_index.llms.openai_like import OpenAILike

    llm = OpenAILike(
        model=model,
        api_base=BASE_URL,
        api_key=KEY,
        is_chat_model=True,
        is_function_calling_model=True,
        max_retries=0,
    )
    asked = ChatMessage(role="user", content=QUESTION)
    answer = llm.chat([asked])
    streamed = "".join(chunk.delta or "" for chunk in llm.stream_chat([asked]))
    tools = [FunctionTool.from_defaults(look)]
    first = llm.chat_with_tools(tools, chat_history=[asked])
    (call,) = llm.get_tool_calls_from_response(first)
    more = {"tool_call_id": call.tool_id, "name": call.tool_name}
    result = ChatMessage(role="tool", content=look(**call.tool_kwargs), additional_kwargs=more)
    last = llm.chat_with_tools(tools, chat_history=[asked, first.message, result])
    used = answer.raw.usage
    texts = answer.message.content, streamed, last.message.content
    return *texts, (used.prompt_tokens, used.completion_tokens)


CLIENTS = {
    "anthropic": anthropic,
    "litellm, as OpenAI": litellm_with("openai", BASE_URL),
    "litellm, as Anthropic": litellm_with("anthropic", ORIGIN),
    "pydantic-ai, chat": pydantic_with(pydantic_chat),
    "pydantic-ai, responses": pydantic_with(pydantic_responses),
    "pydantic-ai, Anthropic": pydantic_with(pydantic_anthropic),
    "openai-agents, responses": agents_with("OpenAIResponsesModel"),
    "openai-agents, chat": agents_with("OpenAIChatCompletionsModel"),
    "LangChain, chat": langchain_with(),
    "LangChain, responses": langchain_with(use_responses_api=True),
    "LlamaIndex": llama_index,
}

answers = []
for model in sys.argv[2:]:
    text, streamed, looked, usage = CLIENTS[sys.argv[1]](model)
    answers.append({"text": text, "streamed": streamed, "looked": looked, "usage": usage})
print(json.dumps(answers))
