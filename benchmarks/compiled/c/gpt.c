/* The scalar GPT's step: value and gradient by 4,192 parameters, document by document.

   Matrices are applied to all positions of a document. Every inner loop runs along a row, so that
   vectors do not change the order of a sum: a product takes a transposed copy of its matrix. */

#include <math.h>

enum { WIDTH = 16, HEADS = 4, SIZE = WIDTH / HEADS, HIDDEN = 64, CONTEXT = 16 };
enum { VOCABULARY = 27, READ = 32 /* VOCABULARY, filled up with zeros */ };
#define INLINE static inline __attribute__((always_inline))
#define AT(place) (*(vector *)(place))

typedef double vector __attribute__((vector_size(32), aligned(8), may_alias)); /* anywhere */

struct parameters {
    double tokens[VOCABULARY][WIDTH], positions[CONTEXT][WIDTH];
    double attention[3 * WIDTH][WIDTH], mix[WIDTH][WIDTH]; /* query, key and value; mix */
    double up[HIDDEN][WIDTH], down[WIDTH][HIDDEN], read[VOCABULARY][WIDTH];
};

struct transposed {
    double attention[WIDTH][3 * WIDTH], mix[WIDTH][WIDTH];
    double up[WIDTH][HIDDEN], down[HIDDEN][WIDTH], read[WIDTH][READ];
};

INLINE void transpose(int rows, int columns, int stride, const double *matrix, double *out) {
    for (int j = 0; j < columns; j++)
        for (int i = 0; i < rows; i++) out[j * stride + i] = matrix[i * columns + j];
}

#ifdef PLAIN /* the loops of the Python text, one number at a time */

INLINE void times(int count, int in, int out, const double *x, const double *m, double *y) {
    for (int t = 0; t < count; t++)
        for (int k = 0; k < out; k++) {
            double sum = 0;
            for (int i = 0; i < in; i++) sum += x[t * in + i] * m[i * out + k];
            y[t * out + k] = sum;
        }
}

INLINE void pull(int count, int in, int out, const double *g, const double *x, double *w) {
    for (int t = 0; t < count; t++)
        for (int o = 0; o < out; o++)
            for (int i = 0; i < in; i++) w[o * in + i] += g[t * out + o] * x[t * in + i];
}

#else

/* y = x m for `tile` rows of x; m has `in` rows of `out` columns, done 16 at a time. */
INLINE void times_tile(int tile, int in, int out, const double *x, const double *m, double *y) {
    for (int k = 0; k < out; k += 16) {
        vector sum[2][4] = {};
        for (int i = 0; i < in; i++)
            for (int t = 0; t < tile; t++)
                for (int j = 0; j < 4; j++)
                    sum[t][j] += x[t * in + i] * AT(m + i * out + k + 4 * j);
        for (int t = 0; t < tile; t++)
            for (int j = 0; j < 4; j++) AT(y + t * out + k + 4 * j) = sum[t][j];
    }
}

INLINE void times(int count, int in, int out, const double *x, const double *m, double *y) {
    int t = 0;
    for (; t + 2 <= count; t += 2) times_tile(2, in, out, x + t * in, m, y + t * out);
    if (t < count) times_tile(1, in, out, x + t * in, m, y + t * out);
}

/* Adds to the gradient of `tile` rows of w in y = x wT, from row o on; g is the gradient of y. */
INLINE void pull_tile(int tile, int o, int count, int in, int out, const double *g, const double *x,
                      double *w) {
    for (int k = 0; k < in; k += 16) {
        vector sum[2][4];
        for (int r = 0; r < tile; r++)
            for (int j = 0; j < 4; j++) sum[r][j] = AT(w + (o + r) * in + k + 4 * j);
        for (int t = 0; t < count; t++)
            for (int r = 0; r < tile; r++)
                for (int j = 0; j < 4; j++)
                    sum[r][j] += g[t * out + o + r] * AT(x + t * in + k + 4 * j);
        for (int r = 0; r < tile; r++)
            for (int j = 0; j < 4; j++) AT(w + (o + r) * in + k + 4 * j) = sum[r][j];
    }
}

INLINE void pull(int count, int in, int out, const double *g, const double *x, double *w) {
    int o = 0;
    for (; o + 2 <= out; o += 2) pull_tile(2, o, count, in, out, g, x, w);
    if (o < out) pull_tile(1, o, count, in, out, g, x, w);
}

#endif

INLINE void normalise(int count, double x[][WIDTH], double y[][WIDTH], double *scale) {
    for (int t = 0; t < count; t++) {
        double sum = 0;
        for (int i = 0; i < WIDTH; i++) sum += x[t][i] * x[t][i];
        scale[t] = 1 / sqrt(sum / WIDTH + 1e-5);
        for (int i = 0; i < WIDTH; i++) y[t][i] = x[t][i] * scale[t];
    }
}

/* Adds to gx the gradient of x, g being that of normalise(x). */
INLINE void pull_normalise(int count, double x[][WIDTH], const double *scale, double g[][WIDTH],
                           double gx[][WIDTH]) {
    for (int t = 0; t < count; t++) {
        double s = scale[t], sum = 0;
        for (int i = 0; i < WIDTH; i++) sum += g[t][i] * x[t][i];
        for (int i = 0; i < WIDTH; i++) gx[t][i] += s * g[t][i] - s * s * s / WIDTH * sum * x[t][i];
    }
}

INLINE double softmax(int count, double *x) {
    double largest = x[0], sum = 0;
    for (int i = 1; i < count; i++) largest = x[i] > largest ? x[i] : largest;
    for (int i = 0; i < count; i++) sum += x[i] = exp(x[i] - largest);
    for (int i = 0; i < count; i++) x[i] /= sum;
    return sum;
}

INLINE void attend(int count, double qkv[][3 * WIDTH], double weights[][HEADS][CONTEXT],
                   double out[][WIDTH]) {
    for (int t = 0; t < count; t++) {
        double *w[HEADS];
        for (int h = 0; h < HEADS; h++) {
            const double *query = qkv[t] + h * SIZE;
            w[h] = weights[t][h];
            for (int s = 0; s <= t; s++) {
                const double *key = qkv[s] + WIDTH + h * SIZE;
                double sum = 0;
                for (int i = 0; i < SIZE; i++) sum += query[i] * key[i];
                w[h][s] = sum / 2; /* the root of SIZE */
            }
            softmax(t + 1, w[h]);
        }
        double sum[WIDTH] = {};
        for (int s = 0; s <= t; s++)
            for (int i = 0; i < WIDTH; i++) sum[i] += w[i / SIZE][s] * qkv[s][2 * WIDTH + i];
        for (int i = 0; i < WIDTH; i++) out[t][i] = sum[i];
    }
}

INLINE void pull_attend(int count, double qkv[][3 * WIDTH], double weights[][HEADS][CONTEXT],
                        double g[][WIDTH], double pulled[][3 * WIDTH]) {
    for (int t = 0; t < count; t++)
        for (int h = 0; h < HEADS; h++) {
            const double *w = weights[t][h], *up = g[t] + h * SIZE, *query = qkv[t] + h * SIZE;
            double gw[CONTEXT], mean = 0;
            for (int s = 0; s <= t; s++) {
                const double *value = qkv[s] + 2 * WIDTH + h * SIZE;
                double *gvalue = pulled[s] + 2 * WIDTH + h * SIZE, sum = 0;
                for (int i = 0; i < SIZE; i++) {
                    sum += up[i] * value[i];
                    gvalue[i] += w[s] * up[i];
                }
                gw[s] = sum;
                mean += w[s] * sum;
            }
            for (int s = 0; s <= t; s++) {
                const double *key = qkv[s] + WIDTH + h * SIZE;
                double score = w[s] * (gw[s] - mean) / 2;
                double *gkey = pulled[s] + WIDTH + h * SIZE, *gquery = pulled[t] + h * SIZE;
                for (int i = 0; i < SIZE; i++) {
                    gquery[i] += score * key[i];
                    gkey[i] += score * query[i];
                }
            }
        }
}

/* Mean loss of one document of `count` predictions; adds the gradient, times `weight`. */
static double document(const struct parameters *p, const struct transposed *m, const int *tokens,
                       int count, double weight, struct parameters *g) {
    double x[CONTEXT][WIDTH], normal[CONTEXT][WIDTH], twice[CONTEXT][WIDTH], scales[3][CONTEXT];
    double qkv[CONTEXT][3 * WIDTH], weights[CONTEXT][HEADS][CONTEXT], heads[CONTEXT][WIDTH];
    double mixed[CONTEXT][WIDTH], inner[CONTEXT][WIDTH], hidden[CONTEXT][HIDDEN];
    double last[CONTEXT][WIDTH], logits[CONTEXT][READ];

    for (int t = 0; t < count; t++)
        for (int i = 0; i < WIDTH; i++) x[t][i] = p->tokens[tokens[t]][i] + p->positions[t][i];
    normalise(count, x, normal, scales[0]);
    normalise(count, normal, twice, scales[1]);
    times(count, WIDTH, 3 * WIDTH, *twice, *m->attention, *qkv);
    attend(count, qkv, weights, heads);
    times(count, WIDTH, WIDTH, *heads, *m->mix, *mixed);
    for (int t = 0; t < count; t++)
        for (int i = 0; i < WIDTH; i++) mixed[t][i] += normal[t][i];
    normalise(count, mixed, inner, scales[2]);
    times(count, WIDTH, HIDDEN, *inner, *m->up, *hidden);
    for (int t = 0; t < count; t++)
        for (int i = 0; i < HIDDEN; i++) hidden[t][i] = hidden[t][i] > 0 ? hidden[t][i] : 0;
    times(count, HIDDEN, WIDTH, *hidden, *m->down, *last);
    for (int t = 0; t < count; t++)
        for (int i = 0; i < WIDTH; i++) last[t][i] += mixed[t][i];
    times(count, WIDTH, READ, *last, *m->read, *logits);

    double loss = 0;
    for (int t = 0; t < count; t++) { /* from here on, `logits` are their gradients */
        softmax(VOCABULARY, logits[t]);
        loss -= log(logits[t][tokens[t + 1]]);
        logits[t][tokens[t + 1]] -= 1;
        for (int i = 0; i < VOCABULARY; i++) logits[t][i] *= weight / count;
    }

    double glast[CONTEXT][WIDTH], ghidden[CONTEXT][HIDDEN], ginner[CONTEXT][WIDTH];
    double gheads[CONTEXT][WIDTH], gqkv[CONTEXT][3 * WIDTH] = {}, gtwice[CONTEXT][WIDTH];
    double gx[CONTEXT][WIDTH] = {};
    double read[CONTEXT][VOCABULARY];
    for (int t = 0; t < count; t++)
        for (int i = 0; i < VOCABULARY; i++) read[t][i] = logits[t][i];
    pull(count, WIDTH, VOCABULARY, *read, *last, *g->read);
    times(count, VOCABULARY, WIDTH, *read, *p->read, *glast);
    pull(count, HIDDEN, WIDTH, *glast, *hidden, *g->down);
    times(count, WIDTH, HIDDEN, *glast, *p->down, *ghidden);
    for (int t = 0; t < count; t++)
        for (int i = 0; i < HIDDEN; i++) ghidden[t][i] = hidden[t][i] > 0 ? ghidden[t][i] : 0;
    pull(count, WIDTH, HIDDEN, *ghidden, *inner, *g->up);
    times(count, HIDDEN, WIDTH, *ghidden, *p->up, *ginner);
    pull_normalise(count, mixed, scales[2], ginner, glast); /* now the gradient of `mixed` */
    pull(count, WIDTH, WIDTH, *glast, *heads, *g->mix);
    times(count, WIDTH, WIDTH, *glast, *p->mix, *gheads);
    pull_attend(count, qkv, weights, gheads, gqkv);
    pull(count, WIDTH, 3 * WIDTH, *gqkv, *twice, *g->attention);
    times(count, 3 * WIDTH, WIDTH, *gqkv, *p->attention, *gtwice);
    pull_normalise(count, normal, scales[1], gtwice, glast); /* now that of `normal` */
    pull_normalise(count, x, scales[0], glast, gx);
    for (int t = 0; t < count; t++)
        for (int i = 0; i < WIDTH; i++) {
            g->tokens[tokens[t]][i] += gx[t][i];
            g->positions[t][i] += gx[t][i];
        }
    return loss / count;
}

/* Mean loss of `count` documents and its gradient; `lengths` has their numbers of predictions, and
   a document is a row of CONTEXT + 1 tokens. */
double gpt_step(const struct parameters *p, const int *tokens, const int *lengths, long count,
                struct parameters *gradient) {
    struct transposed m = {};
    transpose(3 * WIDTH, WIDTH, 3 * WIDTH, *p->attention, *m.attention);
    transpose(WIDTH, WIDTH, WIDTH, *p->mix, *m.mix);
    transpose(HIDDEN, WIDTH, HIDDEN, *p->up, *m.up);
    transpose(WIDTH, HIDDEN, WIDTH, *p->down, *m.down);
    transpose(VOCABULARY, WIDTH, READ, *p->read, *m.read);
    *gradient = (struct parameters){};
    double loss = 0;
    for (long i = 0; i < count; i++)
        loss += document(p, &m, tokens + i * (CONTEXT + 1), lengths[i], 1.0 / count, gradient);
    return loss / count;
}
