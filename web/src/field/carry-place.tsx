/** Ways by hand, joined to the worker. */
import type { PlaceProps } from './app.tsx';
import { fileName, handOver } from './hand-over.ts';
import type { Cut, Load } from './screens/carry.tsx';
import { Carry } from './screens/carry.tsx';
import { useBrain, useView } from './use-view.ts';

/** Characters of a code that a cheap camera still reads from a small screen: 97 squares wide. */
const CODE_CHARS_MAX = 800;

export function CarryPlace({ way }: PlaceProps) {
  const brain = useBrain();
  const view = useView({ view: 'sync' });
  if (view === null) return null;
  const file = async (load: Load) => {
    const bytes = load === 'own' ? await brain.handOut() : (await brain.returns(null)).parcel;
    return handOver(bytes, fileName(new Date()));
  };
  const texts = async (load: Load, cut: Cut) => {
    const chars = cut === 'chat' ? 0 : CODE_CHARS_MAX;
    return load === 'own' ? brain.texts(chars) : (await brain.returns(chars)).texts;
  };
  return (
    <Carry
      view={view} onFile={file} onTexts={texts} onBrought={async (one) => brain.takeIn(new Uint8Array(await one.arrayBuffer()))}
      onText={(text) => brain.takeText(text)} onBack={way.back}
    />
  );
}
