/** Set-up by invite: who is invited where, and the code that both must read the same. */
import './gate.css';
import type { ComponentChildren } from 'preact';
import { ClockAlert, Download, Hourglass, WifiOff } from '../../design/icons.tsx';
import { Mark } from '../../design/mark.tsx';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { Screen } from '../../parts/shell.tsx';
import { Title } from '../../parts/title.tsx';
import { checkCode } from '../../text/format.ts';
import { useText } from '../../text/text.ts';
import type { InviteView } from '../model.ts';

export interface InviteProps {
  view: InviteView;
  onAnswer: (answer: 'same' | 'different') => void;
}

export function Invite({ view, onAnswer }: InviteProps) {
  const { t } = useText();
  return (
    <Screen actions={<Actions state={view.state} onAnswer={onAnswer} />}>
      <div class="gate">
        <span class="gate-mark">
          <Mark width={132} />
        </span>
        <Title>{view.who === '' ? t('setup.welcome') : t('setup.hello', { who: view.who })}</Title>
        {view.team !== '' && (
          <p class="gate-where">
            {t('setup.invited')}
            <br />
            <span class="strong">{view.team}</span>
            <br />
            {view.commune}
          </p>
        )}
      </div>
      <State view={view} />
    </Screen>
  );
}

function State({ view }: { view: InviteView }) {
  const { t } = useText();
  switch (view.state) {
    case 'used':
      return <Note icon={ClockAlert} tone="act">{t('setup.used')}</Note>;
    case 'stopped':
      return <Note icon={ClockAlert} tone="act">{t('setup.stopped')}</Note>;
    case 'no-signal':
      return <Note icon={WifiOff} tone="act">{t('setup.no-signal')}</Note>;
    case 'waiting':
      return (
        <>
          <CodeCard code={view.checkCode} />
          <Note icon={Hourglass} tone="wait">
            <span class="strong">{t('setup.waiting', { who: view.inviter || t('who.inviter') })}.</span> {t('setup.waiting.next')}
          </Note>
        </>
      );
    case 'compare':
      return (
        <>
          <CodeCard code={view.checkCode}>
            {t('setup.code.next')} <span class="strong">{t('setup.code.must')}</span>
          </CodeCard>
          <div class="gate-facts soft">
            {view.people > 0 && <Note icon={Download}>{t('setup.download', { people: view.people, kb: view.kb })}</Note>}
            <Note icon={WifiOff}>{t('setup.offline')}</Note>
          </div>
        </>
      );
  }
}

function CodeCard({ code, children }: { code: string; children?: ComponentChildren }) {
  const { t } = useText();
  return (
    <section class="card gate-code">
      <h2 class="small soft">{t('setup.code')}</h2>
      <p class="gate-digits">{checkCode(code)}</p>
      {children && <p class="small">{children}</p>}
    </section>
  );
}

interface ActionsProps {
  state: InviteView['state'];
  onAnswer: (answer: 'same' | 'different') => void;
}

function Actions({ state, onAnswer }: ActionsProps) {
  const { t } = useText();
  if (state !== 'compare') return null;
  return (
    <div class="gate-actions">
      <Button look="primary" onPress={() => onAnswer('same')}>
        {t('setup.same')}
      </Button>
      <Button onPress={() => onAnswer('different')}>{t('setup.different')}</Button>
    </div>
  );
}
