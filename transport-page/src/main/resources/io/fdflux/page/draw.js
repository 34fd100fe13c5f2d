// Draws numbers, words, lines and tables. Knows nothing of samples. Everything that came from the network is set as
// text, never as markup.

const NUMBER = new Intl.NumberFormat('en', {maximumFractionDigits: 0});
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

export function count(value) {
  return NUMBER.format(value);
}

export function rate(value) {
  if (value === null) {
    return '–';
  }
  return value > 0 && value < 9.95 ? value.toFixed(1) : count(value);
}

export function bytes(value) {
  if (value === null || value < 0) {
    return '–';
  }
  let unit = 0;
  let scaled = value;
  while (scaled >= 999.5 && unit < UNITS.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${unit > 0 && scaled < 9.95 ? scaled.toFixed(1) : Math.round(scaled)} ${UNITS[unit]}`;
}

export function micros(value) {
  if (value === null || value < 0) {
    return '–';
  }
  if (value < 1000) {
    return `${count(value)} µs`;
  }
  return value < 1e6 ? `${(value / 1000).toFixed(value < 1e4 ? 1 : 0)} ms` : span(value / 1000);
}

/** A time in milliseconds, in the largest unit that fits. */
export function span(millis) {
  const seconds = Math.floor(millis / 1000);
  if (seconds < 120) {
    return `${seconds} s`;
  }
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Sets a text, if it has changed: what stays the same is neither laid out nor spoken again. */
export function say(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

export function mark(element, name, value) {
  const text = String(value);
  if (element.getAttribute(name) !== text) {
    element.setAttribute(name, text);
  }
}

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 60;
const HEIGHT = 16;

/** A small line of the last values; update(values) redraws it. */
export function sparkline() {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  const [area, line] = ['area', 'line'].map((name) => {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('class', name);
    svg.append(path);
    return path;
  });
  const update = (values, capacity) => {
    const top = Math.max(1, ...values);
    const step = WIDTH / (capacity - 1);
    const first = WIDTH - (values.length - 1) * step;
    const points = values.map((value, i) =>
        `${(first + i * step).toFixed(1)} ${(HEIGHT - 1 - (HEIGHT - 3) * value / top).toFixed(1)}`);
    line.setAttribute('d', points.length < 2 ? '' : `M${points.join('L')}`);
    area.setAttribute('d', points.length < 2 ? '' : `M${first.toFixed(1)} ${HEIGHT}L${points.join('L')}L${WIDTH} ${HEIGHT}Z`);
  };
  return {svg, update};
}

/**
 * A table whose rows stay while their keys do. A column has a title, a text of a row, and, where its head sorts, a value
 * to sort by.
 */
export class Table {
  constructor(element, columns, key) {
    this.body = element.tBodies[0];
    this.columns = columns;
    this.key = key;
    this.rows = new Map();
    this.order = null;
    this.given = [];
    this.heads = columns.map((column) => this.head(column));
    element.tHead.append(make('tr', {role: 'row'}, ...this.heads));
  }

  head(column) {
    const head = make('th', {scope: 'col', role: 'columnheader', class: column.kind ?? ''});
    if (!column.value) {
      head.append(column.title);
      return head;
    }
    head.setAttribute('aria-sort', 'none');
    const button = make('button', {type: 'button', title: `Sort by ${column.title}`}, column.title);
    button.addEventListener('click', () => this.sortBy(column, head));
    head.append(button);
    return head;
  }

  /** Largest first, then smallest first, then as given. */
  sortBy(column, head) {
    const before = head.getAttribute('aria-sort');
    this.heads.filter((each) => each.hasAttribute('aria-sort')).forEach((each) => each.setAttribute('aria-sort', 'none'));
    const next = before === 'none' ? 'descending' : before === 'descending' ? 'ascending' : 'none';
    head.setAttribute('aria-sort', next);
    this.order = next === 'none' ? null : {value: column.value, sign: next === 'ascending' ? 1 : -1};
    this.update(this.given);
  }

  update(items) {
    this.given = items;
    const sorted = this.order ? [...items].sort((a, b) => this.order.sign * compare(this.order.value(a), this.order.value(b))) : items;
    const gone = new Set(this.rows.keys());
    let place = this.body.firstChild;
    for (const item of sorted) {
      const key = this.key(item);
      gone.delete(key);
      let row = this.rows.get(key);
      if (!row) {
        row = this.row();
        this.rows.set(key, row);
      }
      this.columns.forEach((column, i) => this.fill(row.cells[i], column, item));
      if (item.waits && typeof item.waits === 'string') {
        mark(row, 'data-waits', item.waits);
      }
      if ('answered' in item) {
        mark(row, 'data-answered', item.answered);
      }
      if (row === place) {
        place = place.nextSibling;
      } else {
        this.body.insertBefore(row, place);
      }
    }
    gone.forEach((key) => {
      this.rows.get(key).remove();
      this.rows.delete(key);
    });
  }

  row() {
    return make('tr', {role: 'row'}, ...this.columns.map((column, i) => i === 0
        ? make('th', {scope: 'row', role: 'rowheader', class: column.kind ?? ''})
        : make('td', {role: 'cell', class: column.kind ?? '', 'data-label': column.title})));
  }

  fill(cell, column, item) {
    if (column.draw) {
      column.draw(cell, item);
      return;
    }
    const text = column.text(item);
    say(cell, text);
    mark(cell, 'data-zero', text === '0' || text === '0 B' || text === '–');
  }
}

function compare(a, b) {
  return typeof a === 'string' ? a.localeCompare(b, 'en', {numeric: true}) : (a ?? -1) - (b ?? -1);
}
