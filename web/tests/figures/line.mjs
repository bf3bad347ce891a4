/**
 * How long a first sync takes at 256 kbit/s on a slow phone: from the moment it first asks for its
 * dossiers until a hamlet's are listed, and until a commune's are.
 */
import { BadLine } from '../bad-line.mjs';
import { Site, say } from './site.mjs';

/** Seconds until so many dossiers of the commune are listed, all of it having three times `residents`. */
export async function firstSync(residents, dossiers) {
  const site = await Site.of(residents);
  const line = await BadLine.to(site.server.address);
  try {
    await site.apply(line.address);
    line.narrow();
    const release = site.slowed();
    const asked = line.hears('POST /v1/pull').then(() => performance.now());
    await site.confirm();
    await site.page.locator('nav').getByText('Người dân').first().click();
    await site.page.waitForFunction((dossiers) => {
      const text = document.querySelector('.people-count .strong')?.textContent ?? '';
      return Number(text.replaceAll(/\D/g, '')) >= dossiers;
    }, dossiers);
    const seconds = (performance.now() - (await asked)) / 1_000;
    say(`${dossiers} dossiers after ${seconds.toFixed(1)} s`);
    await release();
    return seconds;
  } finally {
    line.close();
    await site.close();
  }
}
