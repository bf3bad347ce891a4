/** Waiting for what becomes true by itself. Nothing here waits for time to pass. */

export const PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 50;

/** What `look` finds, once it finds anything. */
export async function waitFor(what, look) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
