/** The sampan with its painted eye: the only mark. Our own drawing. */

export interface MarkProps {
  /** In CSS pixels at 100 % text size. */
  width: number;
}

/** Drawn in the current colour; the eye shows what lies behind it. */
export function Mark({ width }: MarkProps) {
  return (
    <svg
      class="icon"
      style={{ width: `${width / 16}rem`, height: `${(width * 0.56) / 16}rem` }}
      viewBox="0 0 132 74"
      fill="none"
      stroke="currentColor"
      stroke-width="5"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d="M40 11q4-3 9-4 17-2.4 34 0 5 1 9 4" stroke-width="6" />
      <path d="M46 10v20M82 10v20" />
      <path
        fill="currentColor"
        stroke="none"
        fill-rule="evenodd"
        d="M4 27c38 12 86 12 124 0-8 22-23 32-45 32H49C27 59 12 49 4 27Zm110 12a8 5 0 1 0-16 0 8 5 0 1 0 16 0Z"
      />
      <circle cx="107" cy="39" r="3" fill="currentColor" stroke="none" />
      <path d="M2 68q16-9 33-2t33 1 32-3 30 3" stroke-width="4" class="mark-water" />
    </svg>
  );
}
