/**
 * Makes a browser as slow as a cheap phone: whenever one of its processes has used the processor for
 * a moment, it is stopped for a multiple of that moment. Workers are slowed like pages, which the
 * browser's own throttle does not do. Linux only.
 */
import { readdir, readFile } from 'node:fs/promises';

/** Used before a stop, in milliseconds: shorter than a frame. */
const SLICE_MS = 3;

/** How often new processes are looked for, in milliseconds. */
const LOOK_MS = 500;

/** Slows all processes below `root` down until the returned function is called. */
export function slowDown(root, times) {
  let isOver = false;
  const used = new Map();
  const stopped = (async () => {
    for (let [pids, looked] = [[], -LOOK_MS]; !isOver; ) {
      if (performance.now() - looked >= LOOK_MS) [pids, looked] = [await below(root), performance.now()];
      for (const pid of pids) {
        const now = await usedMs(pid);
        const before = used.get(pid) ?? now;
        used.set(pid, before);
        if (now - before < SLICE_MS) continue;
        used.set(pid, now);
        if (!signal(pid, 'SIGSTOP')) continue;
        await pause((now - before) * (times - 1));
        signal(pid, 'SIGCONT');
      }
      await pause(1);
    }
  })();
  return async () => {
    isOver = true;
    await stopped;
  };
}

/** The renderers among the processes started by `root`, directly or not. */
async function below(root) {
  const parents = new Map();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (parent > 0) parents.set(Number(name), parent);
  }
  const isBelow = (pid) => pid === root || (parents.has(pid) && isBelow(parents.get(pid)));
  const found = [];
  for (const pid of parents.keys()) {
    if (pid === root || !isBelow(pid)) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('--type=renderer')) found.push(pid);
  }
  return found;
}

/** Milliseconds on the processor, of all threads. */
async function usedMs(pid) {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const times = threads.map(async (thread) => {
    const line = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0');
    return Number(line.split(' ')[0]) / 1e6;
  });
  return (await Promise.all(times)).reduce((sum, one) => sum + one, 0);
}

function signal(pid, name) {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
