/**
 * What the app takes on a phone as slow as a cheap one. The dossiers are pulled from a real server
 * that plays a commune at work.
 *
 *     SAMPAN=target/release/sampan npm run figures      # after `npm run build`
 *     npm run figures -- large                          # with 100,000 dossiers
 *     npm run figures -- line                           # at 256 kbit/s
 *
 * Prints one JSON object: figures by name.
 */
import { firstSync } from './figures/line.mjs';
import { phone } from './figures/phone.mjs';

/** Residents of each of the commune's three hamlets. */
const [FEW, MANY] = [4_000, 33_334];

const MEASURED = {
  phone: async () => named(await phone(FEW), (name) => (name === 'heap_mib' ? 'phone_heap_mib_12000' : `phone_${name}`)),
  large: async () => named(await phone(MANY), (name) => `phone_${name}_100000`),
  line: async () => ({ first_hamlet_usable_s: await firstSync(500, 500), commune_s: await firstSync(2_000, 6_000) }),
};

const group = process.argv[2] ?? 'phone';
const measure = MEASURED[group];
if (measure === undefined) throw new Error(`${group} is none of ${Object.keys(MEASURED).join(', ')}`);
console.log(JSON.stringify(await measure()));

function named(taken, name) {
  return Object.fromEntries(Object.entries(taken).map(([short, value]) => [name(short), value]));
}
