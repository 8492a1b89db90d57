// What each class does with the peer it is made for. This module runs in Node
// and in a page. A scenario gets a function that opens a socket and a body to
// send, and returns the body that came back, if the protocol has a way back.

const once = async (messages) => {
  for await (const message of messages) return message;
};

const exchange = async (socket, ours, wait) => {
  await socket.waitPeers(1, wait);
  await socket.send(ours, wait);
  return socket.recv(wait);
};

const answer = async (socket, ours, wait) => {
  const request = await once(socket.all(wait));
  await request.reply(ours, wait);
  return request.body;
};

export const scenarios = {
  Requester: { peer: "rep", run: (socket, ours, wait) => socket.do(ours, wait) },
  Replier: { peer: "req", run: answer },
  Publisher: {
    peer: "sub",
    async run(socket, ours, wait) {
      await socket.waitPeers(1, wait);
      await socket.send(ours);
    },
  },
  Subscriber: {
    peer: "pub",
    run(socket, ours, wait) {
      socket.subscribe("their");
      return socket.recv(wait);
    },
  },
  Pusher: { peer: "pull", run: (socket, ours, wait) => socket.send(ours, wait) },
  Puller: { peer: "push", run: (socket, ours, wait) => once(socket.all(wait)) },
  Pair: { peer: "pair", run: exchange },
  Bus: { peer: "bus", run: exchange },
  Surveyor: {
    peer: "respondent",
    async run(socket, ours, wait) {
      await socket.waitPeers(1, wait);
      return once(socket.survey(ours, { time: 10_000, ...wait }));
    },
  },
  Respondent: { peer: "surveyor", run: answer },
};

export async function play(sp, name, url, options, ours, signal) {
  const socket = new sp[name](url, options);
  try {
    return await scenarios[name].run(socket, ours, { signal });
  } finally {
    await socket.close();
  }
}
