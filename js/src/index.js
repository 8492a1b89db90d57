export { Bus } from "./bus.js";
export { Pair } from "./pair.js";
export { Puller, Pusher } from "./pipeline.js";
export { Publisher, Subscriber } from "./pubsub.js";
export { Replier, Requester } from "./reqrep.js";
export { Respondent, Surveyor } from "./survey.js";
