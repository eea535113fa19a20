// Walks a sign-in in headless Chromium as a person does: opens the page, looks, clicks, ends where the browser is sent.
//
// Usage: walk.mjs CHROMIUM ADDRESS DECISION SHOTS    DECISION is `allow` or `deny`
//
// Speaks the DevTools protocol over the browser's pipe (descriptors 3 and 4), so that no port and no package is needed.
// Before the click and after it the page is photographed: light, dark, and as narrow as a phone. Prints the title and
// the text of each page as JSON, one line per page.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [chromium, address, decision, shots] = process.argv.slice(2);
mkdirSync(shots, { recursive: true });
const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
const browser = spawn(chromium, [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run',
  '--disable-background-networking', '--hide-scrollbars', `--user-data-dir=${profile}`, '--remote-debugging-pipe',
  'about:blank',
], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
const deadline = setTimeout(() => end(1, 'no end after 150 s'), 150_000);
const waiting = new Map();
const heard = new Set();
let last = 0;
let rest = '';

browser.stdio[4].setEncoding('utf8').on('data', (text) => {
  const messages = (rest + text).split('\0');
  rest = messages.pop();
  for (const message of messages.map((it) => JSON.parse(it))) {
    waiting.get(message.id)?.(message);
    for (const listener of heard) listener(message);
  }
});

function send(method, params = {}, sessionId = undefined) {
  last += 1;
  const id = last;
  browser.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
  return new Promise((resolve, reject) => {
    waiting.set(id, ({ result, error }) => (error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result)));
  });
}

function end(code, reason = '') {
  clearTimeout(deadline);
  if (reason) console.error(reason);
  browser.once('exit', () => {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    process.exit(code);
  });
  browser.kill('SIGKILL');
}

async function walk() {
  const { targetInfos } = await send('Target.getTargets');
  const { targetId } = targetInfos.find(({ type }) => type === 'page');
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  const ask = (method, params) => send(method, params, sessionId);
  const loaded = () => new Promise((resolve) => {
    const listener = ({ method, sessionId: of }) => {
      if (method === 'Page.loadEventFired' && of === sessionId) {
        heard.delete(listener);
        resolve();
      }
    };
    heard.add(listener);
  });
  const evaluate = async (expression) =>
    (await ask('Runtime.evaluate', { expression, returnByValue: true })).result.value;
  const look = async (name) => {
    for (const [kind, scheme, width] of [['light', 'light', 900], ['dark', 'dark', 900], ['narrow', 'light', 360]]) {
      await ask('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
      await ask('Emulation.setDeviceMetricsOverride', { width, height: 560, deviceScaleFactor: 1, mobile: false });
      const { data } = await ask('Page.captureScreenshot', { format: 'png' });
      writeFileSync(join(shots, `${name}-${kind}.png`), Buffer.from(data, 'base64'));
    }
    const wide = await evaluate('document.documentElement.scrollWidth > window.innerWidth');
    const page = { title: await evaluate('document.title'), text: await evaluate('document.body.innerText'), wide };
    console.log(JSON.stringify(page));
  };
  await ask('Page.enable');
  let ready = loaded();
  await ask('Page.navigate', { url: address });
  await ready;
  await look('asked');
  // A person clicks where the button is.
  const button = `document.querySelector('button[value="${decision}"]').getBoundingClientRect()`;
  const { x, y } = JSON.parse(await evaluate(`JSON.stringify({ x: ${button}.x + ${button}.width / 2, y: ${button}.y + ${button}.height / 2 })`));
  ready = loaded();
  for (const type of ['mousePressed', 'mouseReleased']) {
    await ask('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
  }
  await ready;
  await look('answered');
}

walk().then(() => end(0), (error) => end(1, error.stack));
