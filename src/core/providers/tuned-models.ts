/** The prefix of models that a user tuned at Google: `tunedModels/abc`. Names of other models have none. */
export const TUNED_MODELS = 'tunedModels/'
