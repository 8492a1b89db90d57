// Compiled, never run: the types have to fit their use, and refuse misuse.
import * as sp from "@sprocketmq/sp";

const requester = new sp.Requester("/ask", { resend: false, reconnectMin: 10 });
const reply: Uint8Array = await requester.do("question", { signal: AbortSignal.timeout(1000) });

const subscriber = new sp.Subscriber(new URL("wss://example.org/feed"));
subscriber.subscribe("news");
subscriber.addEventListener("disconnect", ({ detail }) => console.log(detail.url, detail.code));
subscriber.addEventListener("connect", console.log, { once: true });
subscriber.removeEventListener("connect", console.log);
for await (const message of subscriber) console.log(message.byteLength);

for await (const request of new sp.Replier()) await request.reply(request.body);
for await (const answer of new sp.Surveyor().survey(reply, { time: 100 })) console.log(answer.length);
await new sp.Pair("/", { version: 1 }).send(new DataView(new ArrayBuffer(2)));

// @ts-expect-error A Pusher has nothing to receive.
new sp.Pusher().recv();
// @ts-expect-error A number is no body.
new sp.Bus().send(5);
// @ts-expect-error A Replier has no bare send.
new sp.Replier().send("");
// @ts-expect-error Only a Requester sends again.
new sp.Puller("/", { resend: 1 });
