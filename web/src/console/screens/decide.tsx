/** What waits for a coordinator: the queue at the left, the chosen record at the right. */
import './decide.css';
import { useRef, useState } from 'preact/hooks';
import { ChartColumn, Check, Hourglass, Sailboat, Undo2, User } from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import type { Remark } from '../../parts/field.tsx';
import { Field } from '../../parts/field.tsx';
import { factsLine } from '../../parts/person.tsx';
import { Queue } from '../../parts/queue.tsx';
import { ConsolePage } from '../../parts/side.tsx';
import type { LocalMinute } from '../../field/model.ts';
import { moment } from '../../text/format.ts';
import { useText } from '../../text/text.ts';
import type { DecideKind, DecideView, HeldDetail, Page } from '../model.ts';

export interface DecideProps {
  view: DecideView;
  onPage: (page: Page) => void;
  onKind: (kind: DecideKind) => void;
  onSelect: (id: string) => void;
  onApprove: (id: string) => void;
  onReturn: (id: string, message: string) => void;
  onLater: (id: string) => void;
}

const KINDS: DecideKind[] = ['held', 'conflicts', 'doubles', 'undelivered', 'unclassified'];

export function Decide(props: DecideProps) {
  const { view, onKind } = props;
  const { t } = useText();
  return (
    <ConsolePage frame={view.frame} title={t('decide.title')} onPage={props.onPage}>
      <div class="kinds" role="group" aria-label={t('decide.kinds')}>
        {KINDS.map((kind) => (
          <button key={kind} type="button" aria-pressed={kind === view.kind} onClick={() => onKind(kind)}>
            {t(`decide.${kind}`)} <span class="kinds-count">{view.counts[kind]}</span>
          </button>
        ))}
      </div>
      {view.lines.length === 0 ? (
        <Note icon={Check} tone="good">
          {t('decide.none')}
        </Note>
      ) : (
        <Held {...props} />
      )}
    </ConsolePage>
  );
}

function Held(props: DecideProps) {
  const { view } = props;
  const { t } = useText();
  const detail = useRef<HTMLElement>(null);
  const selected = view.selected;
  return (
    <div class="decide">
      <section class="card decide-list">
        <h2 class="decide-count small soft">{t('decide.count', { n: view.lines.length })}</h2>
        <Queue
          lines={view.lines}
          selected={selected?.id ?? null}
          now={view.frame.now}
          onSelect={props.onSelect}
          onApprove={() => selected && props.onApprove(selected.id)}
          onReturn={() => detail.current?.querySelector('input')?.focus()}
        />
        <Keys />
      </section>
      {selected && (
        <section ref={detail} class="card decide-detail" aria-label={t('decide.detail')}>
          <Detail detail={selected} now={view.frame.now} />
          <Decision key={selected.id} id={selected.id} {...props} />
        </section>
      )}
    </div>
  );
}

/** Begins anew with every record: a message belongs to one of them. */
function Decision({ id, onApprove, onReturn, onLater }: DecideProps & { id: string }) {
  const { t } = useText();
  const [message, setMessage] = useState('');
  const [isMissing, setMissing] = useState(false);
  const giveBack = () => (message.trim() === '' ? setMissing(true) : onReturn(id, message));
  const remark: Remark = { severity: 'error', sentence: t('decide.message.missing') };
  return (
    <>
      <Field
        label={`${t('decide.message')} ${t('decide.message.must')}`}
        example={t('decide.message.example')}
        value={message}
        remark={isMissing && message.trim() === '' ? remark : undefined}
        onInput={setMessage}
      />
      <div class="decide-actions">
        <Button look="primary" icon={Check} onPress={() => onApprove(id)}>
          {t('decide.approve')}
        </Button>
        <Button look="danger" icon={Undo2} onPress={giveBack}>
          {t('decide.return')}
        </Button>
        <Button look="quiet" onPress={() => onLater(id)}>
          {t('decide.later')}
        </Button>
      </div>
    </>
  );
}

function Keys() {
  const { t } = useText();
  return (
    <p class="decide-keys small soft">
      <span class="unseen">{t('decide.keys')}: </span>
      <kbd>J</kbd> <kbd>K</kbd> {t('decide.key.move')} <kbd>D</kbd> {t('decide.key.approve')} <kbd>T</kbd>{' '}
      {t('decide.key.return')}
    </p>
  );
}

function Detail({ detail, now }: { detail: HeldDetail; now: LocalMinute }) {
  const text = useText();
  const { t, language } = text;
  const when = moment(detail.arrived, now, language);
  const arrived = detail.carrier === null ? t('decide.direct', { when }) : t('decide.carried', { who: detail.carrier, when });
  return (
    <>
      <div class="decide-head">
        <div>
          <h2>
            {detail.name} <span class="small soft">· {factsLine(detail, text)}</span>
          </h2>
          <p class="small soft">{detail.place}</p>
        </div>
        <Chip icon={Hourglass} role="wait">
          {t('state.held')}
        </Chip>
      </div>
      <Note icon={Hourglass} tone="wait">
        <span class="strong">{t('decide.why')}</span> {detail.why}
      </Note>
      <Changes detail={detail} />
      <ul class="decide-facts small">
        <li>
          <User size={18} />
          <span>
            <span class="strong">{detail.author}</span> · {detail.team}
          </span>
        </li>
        <li>
          <Sailboat size={18} />
          <span>{arrived}</span>
        </li>
        <li>
          <ChartColumn size={18} />
          <span>{t('decide.effect', { effect: detail.effect })}</span>
        </li>
      </ul>
    </>
  );
}

/** What stands now beside what the record says. */
function Changes({ detail }: { detail: HeldDetail }) {
  const { t } = useText();
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">{t('decide.col.item')}</th>
          <th scope="col">{t('decide.col.now')}</th>
          <th scope="col">{t('decide.col.record')}</th>
        </tr>
      </thead>
      <tbody>
        {detail.items.map(({ item, now, record }) => (
          <tr key={item}>
            <th scope="row">{item}</th>
            <td data-name={t('decide.col.now')} class="soft">
              {now ?? t('none')}
            </td>
            <td data-name={t('decide.col.record')}>
              <span class="decide-new">{record}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
