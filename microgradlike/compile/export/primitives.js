// Primitives that JavaScript's Math lacks, or that differ from Python's there. An export includes the
// paragraphs that it uses.

// the rounding error of a product, after T. J. Dekker, Numerische Mathematik 18 (1971), 224
function lost(a, b) {
  const p = a * b;
  const splitA = 134217729 * a;
  const splitB = 134217729 * b;
  const headA = splitA - (splitA - a);
  const headB = splitB - (splitB - b);
  const restA = a - headA;
  const restB = b - headB;
  return restA * restB - (p - headA * headB - restA * headB - headA * restB);
}

// log(x) of a positive number as the sum of two numbers, to 65 bits: log(m) of m near 1 is 2 atanh(s)
// with s = (m - 1) / (m + 1), and that is 2s (1 + s^2 / 3 + s^4 / 5 + ...)
function longLog(x) {
  const e = Math.min(Math.round(Math.log2(x)), 1023);
  const m = x / 2 ** e;
  const g = m + 1;
  const s = (m - 1) / g;
  const restS = (m - 1 - s * g - lost(s, g) - s * (m - (g - 1))) / g;
  const z = s * s;
  let q = 0;
  for (let k = 49; k >= 5; k -= 2) q = q * z + 1 / k;
  const third = z * (1 / 3);
  const w = third + z * z * q;
  const restThird = lost(z, 1 / 3) + z * 1.850371707708594e-17 + (lost(s, s) + 2 * s * restS) / 3;
  const restW = third - w + z * z * q + restThird;
  const v = 2 * s * w;
  const n = 2 * s + v;
  const restN = v - (n - 2 * s) + lost(2 * s, w) + 2 * s * restW + 2 * restS * (1 + w);
  const tail = e * 1.9082149292705877e-10; // log(2), but for its first 33 bits
  const head = e * 0.6931471803691238;
  const y = head + n;
  const back = y - head;
  return [y, head - (y - back) + (n - back) + (restN + tail)];
}

// 1 to any power is 1, and so is -1 to an infinite one; logarithms give the error of Math.pow
function pow(a, b) {
  if (a === 1 || (a === -1 && Math.abs(b) === Infinity)) return 1;
  const y = Math.pow(a, b);
  if (!(Math.abs(y) > 1e-300 && Math.abs(y) < 1e300) || Math.abs(y) === 1) return y;
  const [h, l] = longLog(Math.abs(a));
  const [u, v] = longLog(Math.abs(y));
  return y + y * (b * h - u + (lost(b, h) + b * l - v));
}

// one step of Newton's method, where the cube neither overflows nor loses digits
function cbrt(x) {
  const scale = Math.abs(x) < 1e-200 ? 2 ** -110 : Math.abs(x) > 1e200 ? 2 ** 110 : 1;
  const z = x / scale ** 3;
  const y = Math.cbrt(z);
  const p = y * y;
  if (!(p > 0 && p < Infinity)) return y;
  return (y - (p * y - z + (lost(p, y) + lost(y, y) * y)) / (3 * p)) * scale;
}

// some engines lose the sign of a result that underflows
function atan2(a, b) {
  const y = Math.atan2(a, b);
  return y === 0 ? 0 * Math.sign(a) : y;
}

// the root of a sum of squares, less its error
function hypot(a, b) {
  const large = Math.max(Math.abs(a), Math.abs(b));
  const small = Math.min(Math.abs(a), Math.abs(b));
  if (!(small > large * 2 ** -60) || large === Infinity) return Math.hypot(a, b);
  const scale = large > 1e150 ? 2 ** -600 : large < 1e-100 ? 2 ** 700 : 1;
  const p = large * scale;
  const q = small * scale;
  const y = Math.sqrt(p * p + q * q);
  const d = y - p;
  const off = 2 * p * d - q * q + d * d + (lost(2 * p, d) - lost(q, q) + lost(d, d));
  return (y - off / (2 * y)) / scale;
}

// of two integers at the same distance the even one, where Math.round takes the larger
function rint(x) {
  return Math.abs(x - Math.trunc(x)) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}

// the rest has the sign of b, that of % the sign of a
function mod(a, b) {
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return rest < 0 === b < 0 ? rest : rest + b;
}

// the quotient of a less the rest, which is an integer but for rounding
function floor_divide(a, b) {
  if (b === 0) return a / b;
  const rest = a % b;
  const whole = (a - rest) / b - (rest !== 0 && rest < 0 !== b < 0 ? 1 : 0);
  if (whole === 0) return 0 * Math.sign(a / b);
  const y = Math.floor(whole);
  return whole - y > 0.5 ? y + 1 : y;
}

function maximum(a, b) {
  return a >= b || a !== a ? a : b;
}

function minimum(a, b) {
  return a <= b || a !== a ? a : b;
}

function clip(x, lo, hi) {
  return minimum(maximum(x, lo), hi);
}

// with neither operand NaN, only 0 times infinity gives NaN
function mul_no_nan(g, p) {
  const c = g * p;
  return c === c || g !== g || p !== p ? c : 0;
}

function relu(x) {
  return x > 0 || x !== x ? x : 0;
}

function sigmoid(x) {
  const e = Math.exp(-Math.abs(x));
  const total = 1 + e;
  const y = (x > 0 ? 1 : e) / total;
  return y - y * ((e - (total - 1)) / total);
}

function softplus(x) {
  return (x > 0 || x !== x ? x : 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function logaddexp(a, b) {
  if (a === b) return a + Math.LN2;
  return (a < b ? b : a) + Math.log1p(Math.exp(a < b ? a - b : b - a));
}

function xlogy(a, b) {
  const y = a * Math.log(b);
  return y === y || a !== 0 || !(b >= 0) ? y : 0;
}

// (e^x - 1) / x; beyond 709, expm1 overflows before the quotient does
function exprel(x) {
  if (x > 700) return (Math.exp(x - 32.75) / Math.min(x, 1000)) * 167164588018521.0;
  return x === 0 ? 1 : Math.expm1(x) / x;
}

function sinc(x) {
  if (x === 0) return 1;
  return Math.abs(x) === Infinity ? 0 : Math.sin(x) / x;
}

// coefficients of erf(x) / x - 1 in x^2: 2 / sqrt(pi) (-1)^n / (n! (2n + 1)), less 1 for n = 0
const NEAR = [
  0.1283791670955126, -0.37612638903183754, 0.11283791670955126, -0.026866170645131252,
  0.005223977625442188, -0.0008548327023450853, 0.00012055332981789664, -1.492565035840625e-05,
  1.6462114365889248e-06, -1.6365844691234924e-07, 1.4807192815879218e-08,
  -1.2290555301717928e-09, 9.422759064650411e-11, -6.7113668551641105e-12,
  4.4632242632864775e-13, -2.7835162072109215e-14, 1.6342614095367152e-15,
  -9.063970842808673e-17, 4.763348040515068e-18,
];

// (1 + 2x) exp(x^2) erfc(x) by Chebyshev polynomials of (x - 3.5) / (x + 3.5), after M. M. Shepherd
// and J. G. Laframboise, Mathematics of Computation 36 (1981), 249
const FAR = [
  1.177632731636124, -0.001630177283414629, -0.08733682573463146, 0.05800974837029327,
  -0.024340115396182225, 0.007529483715635749, -0.0017438817577112521, 0.00028269829816555584,
  -2.31849116112635e-05, -2.111766698133041e-06, 8.765760156892822e-07, -6.105702635086118e-08,
  -1.7116664716341917e-08, 3.391360268611259e-09, 2.54661619366046e-10, -1.2482784079516295e-10,
  -2.2122757753433792e-12, 4.4272603638230294e-12, -3.367266128031013e-14,
  -1.6519256000923578e-13, 1.9024103044538835e-15, 6.601187937172832e-15, 2.880282449409004e-17,
  -2.7791709635743296e-16, -1.0764465740332641e-17, 1.1885144203998814e-17,
  1.0933660522821855e-18,
];

function near(x) {
  const square = x * x;
  let sum = 0;
  for (let n = NEAR.length - 1; n >= 0; n--) sum = sum * square + NEAR[n];
  return x * sum;
}

// erfc(x); rounding errors are added back at the end. x^2 is split into an exact square and a small
// rest, as its rounding would show in the exponential
function far(x) {
  if (x > 28) return 0;
  const t = (x - 3.5) / (x + 3.5);
  let a = 0;
  let b = 0;
  for (let n = FAR.length - 1; n > 0; n--) [a, b] = [2 * t * a - b + FAR[n], a];
  const sum = t * a - b;
  const top = FAR[0] + sum;
  const bottom = 1 + 2 * x;
  const lost = (sum - (top - FAR[0])) / top - (2 * x - (bottom - 1)) / bottom;
  const head = Math.round(x * 1024) / 1024;
  const y = (top / bottom) * Math.exp(-head * head);
  return y + y * (Math.expm1((head - x) * (head + x)) + lost);
}

function erf(x) {
  if (Math.abs(x) < 1) return x + near(x);
  return x < 0 ? far(-x) - 1 : 1 - far(x);
}

function erfc(x) {
  if (x < -1) return 2 - far(-x);
  return x < 0.8 ? 1 - x - near(x) : far(x);
}
