/**
 * Sign-in: name and password, then the second step. Never says which of the two was wrong.
 */
import './sign-in.css';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Info, LogIn, OctagonAlert } from '../../design/icons.tsx';
import { Mark } from '../../design/mark.tsx';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { digitsOf, Field } from '../../parts/field.tsx';
import { Title } from '../../parts/title.tsx';
import { useText } from '../../text/text.ts';
import type { SignInView } from '../model.ts';

export interface SignInProps {
  view: SignInView;
  onPassword: (name: string, password: string) => void;
  onCode: (digits: string) => void;
  /** Below what was wrong. */
  children?: ComponentChildren;
}

const CODE_DIGITS = 6;

export function SignIn({ view, onPassword, onCode, children }: SignInProps) {
  const { t } = useText();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const go = () => {
    if (view.step === 'password') onPassword(name, password);
    else onCode(code);
  };
  return (
    <main class="sign-in">
      <form
        class="card sign-in-card"
        onSubmit={(event) => {
          event.preventDefault();
          go();
        }}
      >
        <span class="sign-in-mark">
          <Mark width={96} />
        </span>
        <Title>{t('signin.title')}</Title>
        {view.isWrong && (
          <div role="alert">
            <Note icon={OctagonAlert} tone="bad">
              {t('signin.wrong')}
            </Note>
          </div>
        )}
        {children}
        {view.step === 'password' ? (
          <>
            <Field label={t('signin.name')} value={name} autoComplete="username" onInput={setName} />
            <Field
              label={t('signin.password')}
              type="password"
              value={password}
              autoComplete="current-password"
              onInput={setPassword}
            />
          </>
        ) : (
          <Field
            label={t('signin.code')}
            help={t('signin.code.help')}
            inputMode="numeric"
            value={code}
            autoComplete="one-time-code"
            onInput={(typed) => setCode(digitsOf(typed, CODE_DIGITS))}
          />
        )}
        <Button look="primary" icon={LogIn} onPress={go}>
          {t('signin.go')}
        </Button>
        <button type="submit" hidden tabIndex={-1} />
        <Note icon={Info}>
          <span class="soft">{t('signin.shared')}</span>
        </Note>
      </form>
    </main>
  );
}
