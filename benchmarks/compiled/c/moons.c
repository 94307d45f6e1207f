/* The moons step: value and gradient of MLP(2, [16, 16, 1]), hinge loss and L2, for n rows.

   A vector is a number of LANES rows; a block is one to several vectors. Weights are broadcast, and
   the gradient of each weight is summed lane by lane and folded once at the end. */

#ifndef LANES
#define LANES 4
#endif
#ifndef VECTORS
#define VECTORS 4
#endif

typedef double vector __attribute__((vector_size(8 * LANES)));
typedef long long mask __attribute__((vector_size(8 * LANES)));

enum { WIDTH = 16, PARAMETERS = 3 * WIDTH + WIDTH * (WIDTH + 1) + WIDTH + 1 };
#define INLINE static inline __attribute__((always_inline))

INLINE vector where(mask take, vector x) { return (vector)(take & (mask)x); }

/* out = relu(w in + bias), a row of w being weights and bias; eight neurons at a time. */
INLINE void layer(int count, int fan_in, const double *w, vector in[][VECTORS],
                  vector out[][VECTORS]) {
    const int step = fan_in + 1;
    for (int v = 0; v < count; v++)
        for (int k = 0; k < WIDTH; k += 8) {
            vector sum[8];
            for (int j = 0; j < 8; j++) sum[j] = w[(k + j) * step + fan_in] - (vector){};
            for (int i = 0; i < fan_in; i++) {
                vector x = in[i][v];
                for (int j = 0; j < 8; j++) sum[j] += w[(k + j) * step + i] * x;
            }
            for (int j = 0; j < 8; j++) out[k + j][v] = where(sum[j] > 0, sum[j]);
        }
}

/* The gradients of weights and bias, g being the gradients of the sums. */
INLINE void pull_weights(int count, int fan_in, vector g[][VECTORS], vector in[][VECTORS],
                         vector *sums) {
    const int step = fan_in + 1, wide = fan_in < 4 ? fan_in : 4;
    for (int k = 0; k < WIDTH; k += 4)
        for (int i = 0; i < fan_in; i += wide) {
            vector sum[4][4];
            for (int j = 0; j < 4; j++)
                for (int l = 0; l < wide; l++) sum[j][l] = sums[(k + j) * step + i + l];
            for (int v = 0; v < count; v++)
                for (int j = 0; j < 4; j++)
                    for (int l = 0; l < wide; l++) sum[j][l] += g[k + j][v] * in[i + l][v];
            for (int j = 0; j < 4; j++)
                for (int l = 0; l < wide; l++) sums[(k + j) * step + i + l] = sum[j][l];
        }
    for (int k = 0; k < WIDTH; k++)
        for (int v = 0; v < count; v++) sums[k * step + fan_in] += g[k][v];
}

/* The gradient of a layer's inputs, which are outputs of a relu. */
INLINE void pull_inputs(int count, const double *w, vector g[][VECTORS], vector in[][VECTORS],
                        vector out[][VECTORS]) {
    for (int v = 0; v < count; v++)
        for (int i = 0; i < WIDTH; i += 8) {
            vector sum[8] = {};
            for (int k = 0; k < WIDTH; k++) {
                vector x = g[k][v];
                for (int j = 0; j < 8; j++) sum[j] += w[k * (WIDTH + 1) + i + j] * x;
            }
            for (int j = 0; j < 8; j++) out[i + j][v] = where(in[i + j][v] > 0, sum[j]);
        }
}

/* A block of `count` vectors, of which the first `rows` rows exist; returns the sum of losses. */
INLINE double block(int count, const double *w, const double *points, const double *labels,
                    long rows, vector *sums) {
    vector x[2][VECTORS] = {}, first[WIDTH][VECTORS], second[WIDTH][VECTORS];
    vector g[WIDTH][VECTORS], h[WIDTH][VECTORS]; /* gradients of the sums of both layers */
    const double *middle = w + 3 * WIDTH, *last = middle + WIDTH * (WIDTH + 1);
    vector *middle_sums = sums + 3 * WIDTH, *last_sums = middle_sums + WIDTH * (WIDTH + 1);
    vector label[VECTORS] = {}, total = {};
    for (int v = 0; v < count; v++)
        for (int l = 0; l < LANES; l++) {
            long row = v * LANES + l, there = row < rows;
            x[0][v][l] = there ? points[2 * row] : 0;
            x[1][v][l] = there ? points[2 * row + 1] : 0;
            label[v][l] = there ? labels[row] : 0;
        }
    layer(count, 2, w, x, first);
    layer(count, WIDTH, middle, first, second);
    for (int v = 0; v < count; v++) {
        vector even = last[WIDTH] - (vector){}, odd = {};
        for (int k = 0; k < WIDTH; k += 2) {
            even += last[k] * second[k][v];
            odd += last[k + 1] * second[k + 1][v];
        }
        vector wrong = 1 - label[v] * (even + odd);
        mask counts = (wrong > 0) & (label[v] != 0);
        total += where(counts, wrong);
        vector up = where(counts, -label[v]);
        last_sums[WIDTH] += up;
        for (int k = 0; k < WIDTH; k++) {
            last_sums[k] += up * second[k][v];
            g[k][v] = where(second[k][v] > 0, last[k] * up);
        }
    }
    pull_weights(count, WIDTH, g, first, middle_sums);
    pull_inputs(count, middle, g, first, h);
    pull_weights(count, 2, h, x, sums);
    double loss = 0;
    for (int l = 0; l < LANES; l++) loss += total[l];
    return loss;
}

double moons_step(const double *w, const double *points, const double *labels, long n, double l2,
                  double *gradient) {
    vector sums[PARAMETERS] = {};
    double loss = 0, squares = 0;
    long row = 0;
    for (; row + VECTORS * LANES <= n; row += VECTORS * LANES)
        loss += block(VECTORS, w, points + 2 * row, labels + row, VECTORS * LANES, sums);
    for (; row < n; row += LANES)
        loss += block(1, w, points + 2 * row, labels + row, n - row, sums);
    for (int i = 0; i < PARAMETERS; i++) {
        double sum = 0;
        for (int l = 0; l < LANES; l++) sum += sums[i][l];
        gradient[i] = sum / n + 2 * l2 * w[i];
        squares += w[i] * w[i];
    }
    return loss / n + l2 * squares;
}
