/** The name of the wish that page and service worker know: send what is sealed. */
export const SEND_TAG = 'sampan-send';
