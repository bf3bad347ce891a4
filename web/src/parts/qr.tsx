/** A QR code, drawn as one path. Dark on white in every theme, because cameras expect it. */
import './qr.css';
import { encode } from 'uqr';

export interface QrProps {
  data: string;
  /** Says what it is; what it holds is not read out. */
  label: string;
}

export function Qr({ data, label }: QrProps) {
  const code = encode(data, { ecc: 'M', border: 3 });
  const path = code.data
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');
  return (
    <svg class="qr" viewBox={`0 0 ${code.size} ${code.size}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect width={code.size} height={code.size} fill="#ffffff" />
      <path d={path} fill="#000000" />
    </svg>
  );
}
