// Primitives that math.h lacks, or that differ from Python's there. An export includes the paragraphs
// that it uses, with the name of its function in place of the f in their names.

static double f_sign(double x) {
  return x == 0 || x != x ? x : copysign(1.0, x);
}

// one step of Newton's method: the cbrt of a library may be off by 4 ulp
static double f_cbrt(double x) {
  const double y = cbrt(x);
  return y == 0 || y != y || fabs(y) == INFINITY ? y : y - (y - x / (y * y)) / 3;
}

// the rest has the sign of b, that of fmod the sign of a
static double f_mod(double a, double b) {
  const double rest = fmod(a, b);
  if (rest == 0) return copysign(0.0, b);
  return (rest < 0) == (b < 0) ? rest : rest + b;
}

// the quotient of a less the rest, which is an integer but for rounding
static double f_floor_divide(double a, double b) {
  const double rest = fmod(a, b);
  const double whole = (a - rest) / b - (rest != 0 && (rest < 0) != (b < 0) ? 1 : 0);
  const double y = floor(whole);
  if (b == 0) return a / b;
  if (whole == 0) return copysign(0.0, a / b);
  return whole - y > 0.5 ? y + 1 : y;
}

static double f_maximum(double a, double b) {
  return a >= b || a != a ? a : b;
}

static double f_minimum(double a, double b) {
  return a <= b || a != a ? a : b;
}

static double f_clip(double x, double lo, double hi) {
  return f_minimum(f_maximum(x, lo), hi);
}

// with neither operand nan, only 0 times infinity gives nan
static double f_mul_no_nan(double g, double p) {
  const double c = g * p;
  return c == c || g != g || p != p ? c : 0.0;
}

static double f_relu(double x) {
  return x > 0 || x != x ? x : 0.0;
}

static double f_sigmoid(double x) {
  const double e = exp(-fabs(x));
  const double total = 1 + e;
  const double y = (x > 0 ? 1.0 : e) / total;
  return y - y * ((e - (total - 1)) / total);
}

static double f_softplus(double x) {
  return (x > 0 || x != x ? x : 0.0) + log1p(exp(-fabs(x)));
}

static double f_logaddexp(double a, double b) {
  if (a == b) return a + 0x1.62e42fefa39efp-1; // log(2)
  return (a < b ? b : a) + log1p(exp(a < b ? a - b : b - a));
}

static double f_xlogy(double a, double b) {
  const double y = a * log(b);
  return y == y || a != 0 || !(b >= 0) ? y : 0.0;
}

// (e^x - 1) / x; beyond 709, expm1 overflows before the quotient does
static double f_exprel(double x) {
  if (x > 700) return exp(x - 32.75) / fmin(x, 1000) * 0x1.301213c696b20p+47; // e^32.75
  return x == 0 ? 1.0 : expm1(x) / x;
}

static double f_sinc(double x) {
  if (x == 0) return 1.0;
  return fabs(x) == INFINITY ? 0.0 : sin(x) / x;
}
