import { Requester, Subscriber } from "@sprocketmq/sp";

const $ = (selector, root = document) => root.querySelector(selector);
const text = new TextDecoder();
const feed = new Subscriber("feed");
const requester = new Requester("ask");

// The state of both connections.
function showStatus() {
  const up = feed.peers + requester.peers === 2;
  $("#status").textContent = up ? "Connected" : "Connecting…";
  $("#status").classList.toggle("up", up);
}
for (const socket of [feed, requester]) {
  socket.addEventListener("connect", showStatus);
  socket.addEventListener("disconnect", showStatus);
}

// A tick is a subscription.
const cards = {};
for (const box of document.querySelectorAll("#topics input")) {
  cards[box.value] = { node: box.closest(".card"), values: [] };
  const change = () => (box.checked ? feed.subscribe(box.value + " ") : feed.unsubscribe(box.value + " "));
  box.addEventListener("change", change);
  if (box.checked) change();
}

function addTo(list, item, most) {
  list.prepend(item);
  if (list.children.length > most) list.lastElementChild.remove();
}

function showAsked(question) {
  const item = document.createElement("li");
  item.textContent = question;
  addTo($("#asked"), item, 4);
}

function showValue({ node, values }, value) {
  values.push(value);
  if (values.length > 40) values.shift();
  const low = Math.min(...values);
  const range = Math.max(...values) - low || 1;
  const points = values.map((v, i) => `${(100 * i) / 39},${28 - (26 * (v - low)) / range}`);
  $("polyline", node).setAttribute("points", points.join(" "));
  $("output", node).textContent = value.toLocaleString("en");
}

async function watch() {
  for await (const message of feed) {
    const [, topic, rest] = /^(\w+) (.*)$/s.exec(text.decode(message));
    if (topic === "asked") showAsked(rest);
    else showValue(cards[topic], Number(rest));
  }
}
watch();

$("#ask").addEventListener("submit", async (event) => {
  event.preventDefault();
  const question = $("#question").value;
  const item = document.createElement("li");
  const [title, answer, time] = ["b", "span", "small"].map((tag) => item.appendChild(document.createElement(tag)));
  title.textContent = question;
  const began = performance.now();
  try {
    const reply = await requester.do(question, { signal: AbortSignal.timeout(5000) });
    answer.textContent = text.decode(reply);
    time.textContent = `${(performance.now() - began).toFixed(1)} ms there and back`;
  } catch (error) {
    answer.textContent = `No answer: ${error.message}`;
  }
  addTo($("#answers"), item, 3);
});
