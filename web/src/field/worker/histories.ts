/** Who wrote what and when in a dossier: read from the kept pages for the one that is looked at. */
import type { Phone } from 'sampan-app/client_app.js';
import type { DocumentId } from '../model.ts';
import type { CorePassage } from './core.ts';
import type { Keeping } from './storage.ts';

/** Dossiers whose history is remembered. */
const REMEMBERED_MAX = 8;

export class Histories {
  readonly #core: Phone;
  readonly #storage: Keeping;
  readonly #changed: () => void;
  readonly #known = new Map<DocumentId, { asOf: string; passages: CorePassage[] }>();

  /** `changed` is told when a history was read. */
  constructor(core: Phone, storage: Keeping, changed: () => void) {
    [this.#core, this.#storage, this.#changed] = [core, storage, changed];
  }

  /** What is known now; reads on if the dossier has changed since, and says so when it has. */
  of(document: DocumentId, asOf: string): CorePassage[] {
    const known = this.#known.get(document);
    if (known?.asOf !== asOf) {
      this.#remember(document, asOf, known?.passages ?? []);
      void this.#read(document, asOf);
    }
    return known?.passages ?? [];
  }

  async #read(document: DocumentId, asOf: string): Promise<void> {
    const prefix = this.#core.historyPrefix(document);
    const pages = prefix === undefined ? [] : await this.#storage.beginning('Facts', prefix);
    if (!this.#core.isOpen()) return;
    this.#remember(document, asOf, this.#core.history(document, pages));
    this.#changed();
  }

  #remember(document: DocumentId, asOf: string, passages: CorePassage[]): void {
    this.#known.delete(document);
    this.#known.set(document, { asOf, passages });
    const [oldest] = this.#known.keys();
    if (this.#known.size > REMEMBERED_MAX && oldest !== undefined) this.#known.delete(oldest);
  }
}
