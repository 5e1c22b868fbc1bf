// SPDX-License-Identifier: LGPL-2.1-or-later
// The page can be read without this: it only adds what filters and folds.
'use strict';
const make = (tag, properties, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
};
const runs = [...document.querySelectorAll('main > details')];
// As they are before the controls of journals are in them, whose words are not the runs'.
const texts = new Map(runs.map(run => [run, run.textContent.toLowerCase()]));
const outcomes = [...new Set(runs.map(run => run.className))];
const search = make('input', {type: 'search', placeholder: 'Find in the runs'});
const boxes = outcomes.map(outcome => make('input', {type: 'checkbox', checked: true, value: outcome}));
const count = make('output', {});
const filter = () => {
  const wanted = search.value.toLowerCase();
  const shown = new Set(boxes.filter(box => box.checked).map(box => box.value));
  for (const run of runs)
    run.hidden = !shown.has(run.className) || !texts.get(run).includes(wanted);
  count.value = `${runs.filter(run => !run.hidden).length} of ${runs.length}`;
};
const fold = open => () => runs.filter(run => !run.hidden).forEach(run => { run.open = open; });
document.querySelector('main > h2').after(make('div', {className: 'controls', oninput: filter, onchange: filter},
  make('label', {}, 'Find ', search),
  ...boxes.map(box => make('label', {}, box, ' ' + box.value)),
  make('button', {type: 'button', onclick: fold(true)}, 'Unfold all'),
  make('button', {type: 'button', onclick: fold(false)}, 'Fold all'),
  count));
filter();

const levels = [['', 'all levels'], ['level6', 'info and worse'], ['level4', 'warnings and worse'], ['level3', 'errors']];
for (const journal of document.querySelectorAll('.journal')) {
  const level = make('select', {ariaLabel: 'Level'}, ...levels.map(([value, text]) => make('option', {value}, text)));
  const words = make('input', {type: 'search', placeholder: 'Find in the journal', ariaLabel: 'Find in the journal'});
  const update = () => {
    journal.className = 'journal ' + level.value;
    const wanted = words.value.toLowerCase();
    for (const line of journal.children)
      line.hidden = !line.textContent.toLowerCase().includes(wanted);
  };
  journal.before(make('div', {className: 'controls', oninput: update, onchange: update}, level, words));
}

const unfoldTarget = () => {
  const run = document.getElementById(location.hash.slice(1));
  if (run instanceof HTMLDetailsElement) {
    run.hidden = false;
    run.open = true;
    run.scrollIntoView();
  }
};
addEventListener('hashchange', unfoldTarget);
unfoldTarget();
