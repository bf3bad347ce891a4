/** Where the history module lies on the phone: apart from the shell, which is whole without it. */
export const HISTORY_CACHE = 'history-module';
