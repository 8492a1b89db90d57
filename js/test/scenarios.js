// What each class does with the peer it is made for. This module runs in Node
// and in a page. A scenario gets a function that opens a socket and a body to
// send, and returns the body that came back, if the protocol has a way back.

/** Ends what hangs; nothing waits for it. */
export const patience = 120_000;

export const hasWayBack = (name) => !["Publisher", "Pusher"].includes(name);
export const isHeard = (name) => !["Subscriber", "Puller"].includes(name);

const once = async (messages) => {
  for await (const message of messages) return message;
};

const exchange = async (socket, ours, wait) => {
  await socket.waitPeers(1, wait);
  await socket.send(ours, wait);
  return socket.recv(wait);
};

// Answers until one was heard: a survey may be over before its answer comes.
const answer = async (socket, ours, wait, heard) => {
  let body;
  const all = async () => {
    for await (const request of socket.all(wait)) {
      body ??= request.body;
      await request.reply(ours, wait);
    }
  };
  await Promise.race([heard, all()]);
  return body;
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
  Bus: {
    peer: "bus",
    // nngcat stops sending when it hears something as an interval ends.
    async run(socket, ours, wait) {
      const got = await socket.recv(wait);
      await socket.send(ours);
      return got;
    },
  },
  Surveyor: {
    peer: "respondent",
    async run(socket, ours, wait) {
      await socket.waitPeers(1, wait);
      return once(socket.survey(ours, { time: patience, ...wait }));
    },
  },
  Respondent: { peer: "surveyor", run: answer },
};

/**
 * Plays a scenario to its end, which is when heard resolves: a peer may throw
 * away what it has not read yet when its connection ends.
 */
export async function play(sp, name, url, options, ours, signal, heard) {
  const socket = new sp[name](url, options);
  try {
    const [got] = await Promise.all([scenarios[name].run(socket, ours, { signal }, heard), heard]);
    return got;
  } finally {
    await socket.close();
  }
}
