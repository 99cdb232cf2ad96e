/** How the names of the models begin that a user had tuned at Google: `tunedModels/abc`. Others have no collection. */
export const TUNED_MODELS = 'tunedModels/'
