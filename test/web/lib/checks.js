// Runs in the page around the frames: writes what is wrong with each into the element "found", as JSON
// by the width of the frame.
'use strict';

const sections = ['health', 'partitions', 'sizes', 'forecast', 'cache', 'bloat', 'lag', 'queries', 'runs'];

function channels(colour) {
  const numbers = colour.match(/[\d.]+/g).map(Number);
  return numbers.length < 4 ? [...numbers, 1] : numbers;
}

function over(top, ground) {
  return [0, 1, 2].map((i) => top[i] * top[3] + ground[i] * (1 - top[3]));
}

// As WCAG defines them.
function luminance(rgb) {
  const [r, g, b] = rgb.map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function ground(element, view) {
  const layers = [];
  for (let e = element; e; e = e.parentElement) layers.unshift(channels(view.getComputedStyle(e).backgroundColor));
  return layers.reduce((below, layer) => over(layer, below), [255, 255, 255]);
}

function isSeen(element) {
  const box = element.getBoundingClientRect();
  return box.width > 0 && box.height > 0 && !element.closest('caption');
}

function checkText(page, view, problems) {
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.tagName === 'title' || !isSeen(element) || seen.has(element)) continue;
    seen.add(element);
    const style = view.getComputedStyle(element);
    const colour = channels(element.closest('svg') ? style.fill : style.color);
    const below = ground(element, view);
    const ratio = contrast(over(colour, below), below);
    if (ratio < 4.5) problems.push(`contrast ${ratio.toFixed(2)} of "${node.data.trim().slice(0, 40)}"`);
    if (parseFloat(style.fontSize) < 11) problems.push(`small text "${node.data.trim().slice(0, 40)}"`);
  }
  if (seen.size < 20) problems.push(`only ${seen.size} texts`);
}

// Nothing but the navigation scrolls sideways, and nothing is cut off.
function checkWidth(page, view, problems) {
  const width = page.documentElement.clientWidth;
  if (page.documentElement.scrollWidth > width) problems.push('the page scrolls sideways');
  for (const element of page.body.querySelectorAll('*')) {
    if (element.closest('nav') || !isSeen(element) || element.closest('svg svg')) continue;
    const box = element.getBoundingClientRect();
    if (box.right > width + 1 || box.left < -1) {
      problems.push(`<${element.tagName} class="${element.getAttribute('class') ?? ''}"> leaves the page`);
    }
  }
}

function checkPlots(page, problems) {
  for (const svg of page.querySelectorAll('svg:not(.shapes, svg svg)')) {
    const box = svg.getBoundingClientRect();
    const least = svg.matches('.plot, .lane') ? 200 : svg.matches('.bar, .spark') ? 20 : 8;
    if (box.width < least || box.height < 8) problems.push(`plot of ${box.width} by ${box.height}`);
    if (svg.getAttribute('role') === 'img' ? !svg.getAttribute('aria-label') : !svg.hasAttribute('aria-hidden')) {
      problems.push('a plot has no name');
    }
    const labels = [...svg.querySelectorAll('text.tick:not(.halo)')].filter(isSeen).map((t) => t.getBoundingClientRect());
    labels.sort((a, b) => a.left - b.left);
    for (let i = 1; i < labels.length; i++) {
      if (labels[i].left < labels[i - 1].right) problems.push('labels of an axis overlap');
    }
  }
}

function checkSections(page, problems) {
  for (const id of sections) {
    const heading = page.querySelector(`section#${id} > h2`);
    if (!heading || !heading.textContent.trim() || !isSeen(heading)) problems.push(`no section ${id}`);
  }
  for (const link of page.querySelectorAll('nav a')) {
    if (!page.querySelector(link.getAttribute('href'))) problems.push(`dead link ${link.getAttribute('href')}`);
  }
}

function check(frame) {
  const page = frame.contentDocument;
  const view = frame.contentWindow;
  const problems = [];
  for (const details of page.querySelectorAll('details')) details.open = true;
  checkSections(page, problems);
  checkText(page, view, problems);
  checkWidth(page, view, problems);
  checkPlots(page, problems);
  const isDark = luminance(ground(page.body, view)) < 0.2;
  if (isDark !== matchMedia('(prefers-color-scheme: dark)').matches) problems.push('the other colour scheme');
  for (const entry of view.performance.getEntriesByType('resource')) problems.push(`asks for ${entry.name}`);
  return [...new Set(problems)];
}

addEventListener('load', () => {
  const found = { scheme: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light' };
  for (const frame of document.querySelectorAll('iframe')) found[frame.width] = check(frame);
  document.getElementById('found').textContent = JSON.stringify(found);
});
