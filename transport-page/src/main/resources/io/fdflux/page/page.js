// Takes samples by server-sent events and draws them. One event is one sample: see Sample.java. Rates are differences
// of two samples, by the clock of the application.

import {Table, bytes, count, make, mark, micros, rate, say, span, sparkline} from './draw.js';

const HISTORY = 60;
/** A sample comes each second. */
const SILENCE = 5000;
const RETRY_FIRST = 1000;
const RETRY_LAST = 5000;
/** A live region that speaks each second is of no use to anybody. */
const SPEAK_AT_MOST_EVERY = 10000;

const WAITS = {
  SLOW: {name: 'Slow reader', legend: 'slow readers: nothing taken for a while'},
  TAKE: {name: 'Waits for the peer to take', legend: 'wait for the peer to take bytes'},
  DEMAND: {name: 'Peer waits for demand', legend: 'peers wait for demand: their bytes are unread'},
  FLOW: {name: 'Bytes on their way', legend: 'write, and the socket has capacity'},
  SEND: {name: 'Waits for the peer to send', legend: 'wait for the peer to send'},
  NOBODY: {name: 'Nobody asks', legend: 'no demand, and nothing has come'},
  ANYBODY: {name: 'Listens', legend: 'listeners and datagram sockets'},
};
const ORDER = Object.keys(WAITS);

const $ = (id) => document.getElementById(id);

let source = null;
let retry = RETRY_FIRST;
let retryTimer = 0;
let paused = false;
let previous = null;
let restarted = false;
let sampledAt = 0;
let spokenAt = 0;
let spoken = 0;
const histories = new Map();

// ---- the stream

function open() {
  close();
  if (paused || document.hidden) {
    return;
  }
  sampledAt = performance.now();
  source = new EventSource('events');
  source.addEventListener('message', (event) => {
    retry = RETRY_FIRST;
    take(JSON.parse(event.data));
  });
  source.addEventListener('error', () => {
    const refused = source?.readyState === EventSource.CLOSED; // an answer, but none with events
    close();
    status('lost', refused ? 'No events for you: signed out, or 20 look already' : 'Connection lost, trying again');
    retryTimer = setTimeout(open, retry);
    retry = Math.min(RETRY_LAST, retry * 1.5);
  });
}

function close() {
  clearTimeout(retryTimer);
  source?.close();
  source = null;
}

setInterval(() => {
  if (source && performance.now() - sampledAt > SILENCE) {
    status('lost', 'No samples come: a loop is busy or blocked');
  }
}, 1000);

function status(state, text) {
  mark($('status'), 'data-state', state);
  say($('status'), text);
}

$('pause').addEventListener('click', () => {
  paused = !paused;
  mark($('pause'), 'aria-pressed', paused);
  if (paused) {
    close();
    status('paused', 'Paused: nothing is sampled');
  } else {
    previous = null; // no rate over the pause
    status('connecting', 'Connecting');
    open();
  }
});

document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    close();
  } else if (!paused) {
    previous = null;
    open();
  }
});

// ---- samples

function take(sample) {
  sampledAt = performance.now();
  if (previous && previous.instance !== sample.instance) {
    previous = null;
    histories.clear();
    restarted = true;
  }
  if (previous && sample.at === previous.at) {
    return; // another browser's, already seen
  }
  const before = previous;
  previous = sample;
  sample.seconds = before ? (sample.at - before.at) / 1000 : null;
  sample.before = before && {
    loops: new Map(before.loops.map((loop) => [loopKey(loop), loop.counters])),
    connections: new Map(before.connections.map((each) => [each.id, each])),
  };
  if (before) {
    delete before.before; // or each sample would keep all that came earlier
  }
  status('live', restarted ? 'Live again, after a restart' : 'Live');
  draw(sample);
}

function loopKey(row) {
  return `${row.group}/${row.loop}`;
}

function perSecond(now, then, seconds) {
  return seconds > 0 && now >= 0 && then >= 0 ? Math.max(0, now - then) / seconds : null;
}

function loopRate(sample, loop, counter) {
  const then = sample.before?.loops.get(loopKey(loop))?.[counter];
  return then === undefined ? null : perSecond(loop.counters[counter], then, sample.seconds);
}

function connectionRate(sample, connection, field) {
  const then = sample.before?.connections.get(connection.id)?.[field];
  return then === undefined ? null : perSecond(connection[field], then, sample.seconds);
}

/** Of counts that are modulo 2^32, and begin anew on another loop. */
function callRate(sample, connection, field) {
  const then = sample.before?.connections.get(connection.id)?.[field];
  return then === undefined || !(sample.seconds > 0) ? null : Math.max(0, (connection[field] - then) | 0) / sample.seconds;
}

function total(sample, value) {
  return sample.loops.reduce((sum, loop) => sum + value(loop), 0);
}

function totalRate(sample, counter) {
  return sample.before ? total(sample, (loop) => loopRate(sample, loop, counter) ?? 0) : null;
}

function waiting(sample, kind) {
  return total(sample, (loop) => loop.sums.waits[kind] ?? 0);
}

// ---- what is drawn

const TILES = [
  {title: 'Connections', value: (s) => total(s, (l) => ORDER.reduce((n, kind) => n + (kind === 'ANYBODY' ? 0 : l.sums.waits[kind] ?? 0), 0)), text: count},
  {title: 'With demand', value: (s) => total(s, (l) => l.sums.demand), text: count},
  {title: 'Slow readers', value: (s) => waiting(s, 'SLOW'), text: count, alarm: true},
  {title: 'Staged', value: (s) => total(s, (l) => l.sums.staged), text: bytes},
  {title: 'Pending', value: (s) => total(s, (l) => l.sums.pending), text: bytes},
  {title: 'Unread', value: (s) => total(s, (l) => l.sums.unread), text: bytes},
  {title: 'Reads/s', value: (s) => totalRate(s, 'readCalls'), text: rate},
  {title: 'EAGAIN/s', value: (s) => addRates(totalRate(s, 'readEagains'), totalRate(s, 'writeEagains')), text: rate},
  {title: 'Arms/s', value: (s) => totalRate(s, 'arms'), text: rate},
];

function addRates(a, b) {
  return a === null || b === null ? null : a + b;
}

for (const tile of TILES) {
  tile.number = make('dd');
  tile.line = sparkline();
  tile.box = make('div', {}, make('dt', {}, tile.title), tile.number, tile.line.svg);
  $('tiles').append(tile.box);
}

const segments = new Map(ORDER.map((kind) => [kind, make('div', {'data-waits': kind, hidden: ''})]));
$('bar').append(...segments.values());
const legends = new Map(ORDER.map((kind) => {
  const number = make('b');
  const item = make('li', {'data-waits': kind}, make('i', {'aria-hidden': 'true'}), make('span', {}, WAITS[kind].legend), number);
  return [kind, {item, number}];
}));
$('waits').append(...[...legends.values()].map((legend) => legend.item));

const ofLoop = (title, counter, text = rate) => ({title, text: (row) => text(loopRate(row.sample, row, counter))});
const loops = new Table($('loops'), [
  {title: 'Loop', kind: 'text peer', draw: drawLoop},
  {title: 'Registered', text: (row) => count(row.registered)},
  {title: 'Demand', text: (row) => count(row.sums.demand)},
  ofLoop('Reads/s', 'readCalls'),
  ofLoop('Writes/s', 'writeCalls'),
  ofLoop('Read EAGAIN/s', 'readEagains'),
  ofLoop('Write EAGAIN/s', 'writeEagains'),
  ofLoop('Arms/s', 'arms'),
  ofLoop('Waits/s', 'waitCalls'),
  ofLoop('Wake-ups/s', 'wakeupsSent'),
  ofLoop('In/s', 'bytesRead', bytes),
  ofLoop('Out/s', 'bytesWritten', bytes),
  {title: 'Busy', text: (row) => busy(row)},
  {title: 'Task lag', text: (row) => row.answered ? micros(row.micros) : '–'},
], loopKey);

const connections = new Table($('rows'), [
  {title: 'Peer', kind: 'text peer', value: (row) => row.remote ?? row.local ?? '', draw: drawPeer},
  {title: 'Who waits', kind: 'text state', value: (row) => -ORDER.indexOf(row.waits) * 1e12 + row.fullFor, draw: drawWaits},
  {title: 'Loop', kind: 'loop', value: (row) => row.group * 1e6 + row.loop, text: (row) => row.loopName},
  {title: 'Demand', value: (row) => Number(row.demand), text: (row) => row.demand ? 'yes' : '–'},
  {title: 'Armed', value: (row) => armed(row), text: (row) => armed(row)},
  {title: 'Unread', value: (row) => row.unread, text: (row) => bytes(row.unread)},
  {title: 'Staged', value: (row) => row.staged, text: (row) => bytes(row.staged)},
  {title: 'Pending', value: (row) => row.pending, text: (row) => bytes(row.pending)},
  {title: 'In kernel', value: (row) => row.notSent, text: (row) => bytes(row.notSent)},
  {title: 'In/s', value: (row) => row.inRate, text: (row) => bytes(row.inRate)},
  {title: 'Out/s', value: (row) => row.outRate, text: (row) => bytes(row.outRate)},
  {title: 'Reads/s', value: (row) => row.readRate, text: (row) => rate(row.readRate)},
  {title: 'EAGAIN/s', value: (row) => row.eagainRate, text: (row) => rate(row.eagainRate)},
  {title: 'Arms/s', value: (row) => row.armRate, text: (row) => rate(row.armRate)},
  {title: 'RTT', value: (row) => row.rttMicros, text: (row) => micros(row.rttMicros)},
], (row) => row.id);

function armed(row) {
  return [row.readArmed && 'read', row.writeArmed && 'write'].filter(Boolean).join(', ') || '–';
}

/** The share of the time in which the loop did not wait, where turns are measured. */
function busy(row) {
  const [io, tasks, waits] = ['ioNanos', 'taskNanos', 'waitNanos'].map((counter) => loopRate(row.sample, row, counter));
  return io + tasks + waits > 0 ? `${Math.round(100 * (io + tasks) / (io + tasks + waits))} %` : '–';
}

function drawLoop(cell, row) {
  if (!cell.firstChild) {
    cell.append(make('span'), make('small'));
  }
  say(cell.firstChild, row.loopName);
  say(cell.lastChild, row.answered ? row.name ?? 'idle' : `no answer for ${micros(row.micros)}`);
}

function drawPeer(cell, row) {
  if (!cell.firstChild) {
    cell.append(make('span'), make('small'));
  }
  say(cell.firstChild, row.remote ?? row.local ?? 'not bound');
  const origin = row.kind === 'accepted' ? `accepted on ${row.local ?? 'a socket'}`
      : row.kind === 'connected' ? `connected from ${row.local ?? 'a socket'}` : row.kind;
  say(cell.lastChild, row.viewer ? `${origin} · this page` : origin);
}

function drawWaits(cell, row) {
  if (!cell.firstChild) {
    cell.append(make('span', {class: 'chip'}), make('small'));
  }
  const name = row.waits === 'ANYBODY' && row.kind !== 'listener' ? 'Datagrams' : WAITS[row.waits].name;
  say(cell.firstChild, row.waits === 'SLOW' ? `${name}, full for ${span(row.fullFor)}` : name);
  say(cell.lastChild, row.links.map((link) => linkText(row, link)).join(', '));
}

const FULL = ['SLOW', 'TAKE'];

/** The other side of a gateway, in words. An inferred link is marked as such. */
function linkText(row, link) {
  const other = `${link.remote ?? 'another'}${link.sure ? '' : ', probably'}`;
  if (row.waits === 'DEMAND' && FULL.includes(link.waits)) {
    return `held back by ${other}`;
  }
  if (FULL.includes(row.waits) && link.waits === 'DEMAND') {
    return `holds back ${other}`;
  }
  return row.kind === 'connected' ? `works for ${other}` : `uses ${other}`;
}

/** With its group's name, if there are several groups. */
function loopName(sample, row) {
  const group = sample.groups.find((each) => each.group === row.group);
  return sample.groups.length > 1 && group ? `${group.name} ${row.loop + 1}` : String(row.loop + 1);
}

function remember(name, value) {
  const values = histories.get(name) ?? [];
  values.push(value);
  if (values.length > HISTORY) {
    values.shift();
  }
  histories.set(name, values);
  return values;
}

function draw(sample) {
  say($('about'), sample.groups.map((group) =>
      `${group.name}: ${group.poller}, ${group.loops} ${group.loops === 1 ? 'loop' : 'loops'}`).join(' · ') || 'no loops yet');
  say($('slow-after'), span(sample.slowAfter));
  for (const tile of TILES) {
    const value = tile.value(sample);
    say(tile.number, tile.text(value));
    mark(tile.box, 'data-alarm', Boolean(tile.alarm && value > 0));
    if (value !== null) {
      tile.line.update(remember(tile.title, value), HISTORY);
    }
  }
  let shown = 0;
  for (const kind of ORDER) {
    const number = waiting(sample, kind);
    shown += number;
    segments.get(kind).style.flexGrow = number;
    segments.get(kind).hidden = number === 0;
    say(legends.get(kind).number, count(number));
    mark(legends.get(kind).item, 'data-none', number === 0);
  }
  loops.update(sample.loops.map((loop) => ({...loop, sample, loopName: loopName(sample, loop)})));
  connections.update(sample.connections.map((each) => ({
    ...each,
    loopName: loopName(sample, each),
    readRate: callRate(sample, each, 'reads'),
    eagainRate: callRate(sample, each, 'eagains'),
    armRate: callRate(sample, each, 'arms'),
    inRate: connectionRate(sample, each, 'received'),
    outRate: connectionRate(sample, each, 'acked'),
  })));
  say($('shown'), shown > sample.connections.length
      ? `${sample.connections.length} of ${count(shown)} channels: those that need a look most. The sums above count all.`
      : shown === 1 ? 'One channel.' : `All ${count(shown)} channels, those that need a look most first.`);
  speak(waiting(sample, 'SLOW'));
}

/** Tells how many slow readers there are, in the title, and to those who do not see the page. */
function speak(slow) {
  const text = `${count(slow)} slow ${slow === 1 ? 'reader' : 'readers'}`;
  document.title = slow > 0 ? `${text} · fdflux` : 'fdflux: demand at work';
  const now = performance.now();
  if (slow !== spoken && (spokenAt === 0 || now - spokenAt > SPEAK_AT_MOST_EVERY)) {
    spoken = slow;
    spokenAt = now;
    say($('alert'), slow > 0 ? text : 'No slow readers any more');
  }
}

open();
