// Text of values, as the reports write it: at most two decimals, in the largest unit of which there is one.

/**
 * @param {[string, number][]} units symbols, and how many of the sample's own unit each is; smallest first
 * @param {number} total the 100 %
 */
export function valueWriter(units, total) {
  const text = (value) => {
    const size = Math.abs(value);
    const fitting = units.filter(([, factor]) => size / factor >= 1);
    const [symbol, factor] = fitting.length > 0 ? fitting[fitting.length - 1] : units[0];
    const number = (value / factor).toFixed(2).replace(/\.00$/, '');
    return Number(number) === 0 ? '0' : number + symbol;
  };
  const share = (value) => {
    if (total === 0) return '0%';
    const percent = Math.abs(value / total) * 100;
    if (percent >= 99.95 && percent <= 100.05) return '100%';
    if (percent === 0) return '0%';
    return `${percent >= 1 ? percent.toFixed(2) : Number(percent.toPrecision(2))}%`;
  };
  const signed = (value) => (value > 0 ? `+${text(value)}` : text(value).replace('-', '\u2212'));
  return { text, share, signed };
}
