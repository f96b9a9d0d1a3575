// A feed with the public package `ws`: tells a Slipway hub that a unit went down and works again.
//   SLIPWAY_KEY=… node feed.mjs ws://127.0.0.1:8080/v1/ingest FEED UNIT
import WebSocket from 'ws';

const [url, feed, unit] = process.argv.slice(2);
const states = ['down', 'working'];
const hub = new WebSocket(url, 'slipway.ingest.v1', { headers: { Authorization: `Bearer ${process.env.SLIPWAY_KEY}` } });
const say = (message) => hub.send(JSON.stringify(message));
let seq;

function report() {
  const state = states.shift();
  if (!state) return hub.close();
  say({ type: 'report', seq, reports: [{ kind: 'unit_state', at: new Date().toISOString(), unit, state }] });
}

hub.on('open', () => say({ type: 'hello', feed, epoch: 1, clock: { kind: 'live' } }));
hub.on('message', (text) => {
  const message = JSON.parse(text);
  console.log(String(text));
  if (message.type === 'welcome') seq = message.resume_from;
  if (message.type === 'ack') seq += 1;
  if (message.type === 'refused') process.exitCode = 1;
  if (message.type === 'welcome' || message.type === 'ack') report();
});
hub.on('error', (error) => {
  console.error(`${url}: ${error.message}`);
  process.exitCode = 1;
});
