/** Six things a new colleague should know, one card each. */
import type { Icon } from '../../design/icons.tsx';
import { CircleCheck, EqualNot, Lock, Sailboat, Smartphone, WifiOff } from '../../design/icons.tsx';
import { Bar } from '../../parts/bar.tsx';
import { Card } from '../../parts/card.tsx';
import { Screen } from '../../parts/shell.tsx';
import { useText } from '../../text/text.ts';

const CARDS = [
  ['save', Smartphone], ['signal', WifiOff], ['receipt', CircleCheck], ['carry', Sailboat], ['conflict', EqualNot], ['secret', Lock],
] as const satisfies readonly (readonly [string, Icon])[];

export function Training({ onBack }: { onBack: () => void }) {
  const { t } = useText();
  return (
    <Screen bar={<Bar title={t('help.training')} leave={{ by: 'arrow', onLeave: onBack }} />}>
      {CARDS.map(([name, icon]) => (
        <Card key={name} icon={icon} title={t(`training.${name}`)}>
          <p class="card-body">{t(`training.${name}.line`)}</p>
        </Card>
      ))}
    </Screen>
  );
}
