/* Rosenbrock's function of n variables, and a function of two scalars, with their gradients. */

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

/* a b + sin a */
double scalars_step(double a, double b, double *gradient) {
    gradient[0] = b + cos(a);
    gradient[1] = a;
    return a * b + sin(a);
}
