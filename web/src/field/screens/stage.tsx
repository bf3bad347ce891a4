/** All steps of a funnel, and recording one: its day and how it is known. */
import './dossier.css';
import { useState } from 'preact/hooks';
import { BadgeCheck, IdCard, TriangleAlert } from '../../design/icons.tsx';
import { Button, Choice } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { Choices, Field } from '../../parts/field.tsx';
import { Sheet } from '../../parts/sheet.tsx';
import { day } from '../../text/format.ts';
import { capital, useText } from '../../text/text.ts';
import type { FunnelView, LevelName, LocalMinute, SideName, SourceName } from '../model.ts';
import { LEVELS } from '../model.ts';

export interface StepsSheetProps {
  view: FunnelView;
  now: LocalMinute;
  onRecord: (step: LevelName | SideName) => void;
  onClose: () => void;
}

/** Dates and authors of all steps; steps this role may not record say who does. */
export function StepsSheet({ view, now, onRecord, onClose }: StepsSheetProps) {
  const { t } = useText();
  const icon = view.funnel === 'card' ? IdCard : BadgeCheck;
  return (
    <Sheet icon={icon} title={t('stage.title', { name: t(`funnel.${view.funnel}`) })} onClose={onClose}>
      <ol class="steps-list">
        {LEVELS[view.funnel].map((step, index) => {
          const reached = view.reached[index];
          const name = t(`step.${step}`);
          return (
            <li key={step}>
              <span class="steps-words">
                <span class={reached ? 'strong' : ''}>{name}</span>
                <br />
                <span class="small soft">
                  {reached
                    ? capital(t('dossier.wrote', { day: day(reached.at, now), who: reached.by }))
                    : view.mayRecord.includes(step)
                      ? t('funnel.node.later')
                      : t('stage.police')}
                </span>
              </span>
              {!reached && view.mayRecord.includes(step) && (
                <Button onPress={() => onRecord(step)}>
                  {t('stage.record')}
                  <span class="unseen">: {name}</span>
                </Button>
              )}
            </li>
          );
        })}
        {(view.sides ?? []).map((side) => (
          <li key={side}>
            <span class="steps-words">
              <span class={view.side === side ? 'strong' : ''}>{t(`step.${side}`)}</span>
              <br />
              <span class="small soft">{view.side === side ? t('stage.side.open') : t('stage.side')}</span>
            </span>
            {view.side !== side && (
              <Button onPress={() => onRecord(side)}>
                {t('stage.record.side')}
                <span class="unseen">: {t(`step.${side}`)}</span>
              </Button>
            )}
          </li>
        ))}
      </ol>
    </Sheet>
  );
}

export type StageDay = { is: 'today' } | { is: 'yesterday' } | { is: 'day'; typed: string } | { is: 'year'; typed: string };

export interface StageSheetProps {
  step: LevelName | SideName;
  /** A step below it that nobody recorded: a warning, never a refusal. */
  gap: LevelName | null;
  onSave: (on: StageDay, source: SourceName) => void;
  onClose: () => void;
}

const SOURCES: SourceName[] = ['witnessed', 'told'];

export function StageSheet({ step, gap, onSave, onClose }: StageSheetProps) {
  const { t } = useText();
  const [on, setOn] = useState<StageDay>({ is: 'today' });
  const [source, setSource] = useState<SourceName>('witnessed');
  const choose = (is: StageDay['is']) => () => setOn(is === 'today' || is === 'yesterday' ? { is } : { is, typed: '' });
  return (
    <Sheet icon={step.startsWith('card') ? IdCard : BadgeCheck} title={t(`step.${step}`)} onClose={onClose}>
      {gap && <Note icon={TriangleAlert} tone="act">{t('stage.gap', { step: t(`step.${gap}`).toLocaleLowerCase('vi') })}</Note>}
      <Choices label={t('stage.when')}>
        <Choice chosen={on.is === 'today'} onPress={choose('today')}>{t('stage.today')}</Choice>
        <Choice chosen={on.is === 'yesterday'} onPress={choose('yesterday')}>{t('stage.yesterday')}</Choice>
        <Choice chosen={on.is === 'day'} onPress={choose('day')}>{t('stage.pick')}</Choice>
        <Choice chosen={on.is === 'year'} onPress={choose('year')}>{t('stage.year')}</Choice>
      </Choices>
      {(on.is === 'day' || on.is === 'year') && (
        <Field
          label={on.is === 'day' ? t('stage.day.label') : t('stage.year.label')}
          inputMode="numeric"
          value={on.typed}
          onInput={(typed) => setOn({ is: on.is, typed })}
        />
      )}
      <Choices label={t('stage.source')}>
        {SOURCES.map((one) => (
          <Choice key={one} chosen={source === one} onPress={() => setSource(one)}>{t(`source.${one}`)}</Choice>
        ))}
      </Choices>
      <Button look="primary" onPress={() => onSave(on, source)}>
        {gap ? t('stage.anyway') : t('app.save')}
      </Button>
    </Sheet>
  );
}
