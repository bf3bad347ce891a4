/** Khmer: waits for a translator and a reader. Until it is approved nobody is offered it. */
import type { Catalogue } from './text.ts';

export const km: { approved: boolean; sentences: Partial<Catalogue> } = { approved: false, sentences: {} };
