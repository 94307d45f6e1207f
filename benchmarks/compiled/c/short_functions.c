/* Rosenbrock's function of n variables with its gradient, and a function of two scalars. */

#include <math.h>

double rosenbrock_step(const double *x, long n, double *gradient) {
    double value = 0;
    gradient[0] = 0;
    for (long i = 0; i + 1 < n; i++) {
        double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
        value += 100 * a * a + b * b;
        gradient[i] += -400 * a * x[i] - 2 * b;
        gradient[i + 1] = 200 * a;
    }
    return value;
}

double scalars(double a, double b) { return a * b + sin(a); }
