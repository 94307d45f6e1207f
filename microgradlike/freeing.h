/* Freeing a long chain of compiled objects without recursion.

   mypyc wraps every deallocator in CPython's trashcan, which keeps its list in the header that the
   cyclic collector gives an object. A class marked acyclic has no such header (and from 3.14 on no
   trashcan either), so its list is kept here, in the word of the reference count, which is 0 by then.
   Read before the file that mypyc writes (setup.py), whose deallocators use the two macros. */
#ifdef __FAST_MATH__
#error "-ffast-math and -Ofast change numbers: remove them from the compiler's flags"
#endif

#include <CPy.h>
#include <string.h>

#undef CPy_TRASHCAN_BEGIN
#undef CPy_TRASHCAN_END

#define FREEING_DEPTH 50

static int freeing_depth = 0;           /* deallocators that are under way; the GIL guards both */
static PyObject *freeing_later = NULL;  /* objects that they leave to the outermost one */

static inline int freeing_begin(PyObject *op, destructor dealloc)
{
    /* an instance of a subclass has come here from the deallocator of its own class */
    if (freeing_depth >= FREEING_DEPTH && Py_TYPE(op)->tp_dealloc == dealloc) {
        memcpy((void *)op, &freeing_later, sizeof freeing_later);
        freeing_later = op;
        return 0;
    }
    freeing_depth++;
    return 1;
}

static inline void freeing_end(void)
{
    if (freeing_depth == 1) {
        while (freeing_later != NULL) {
            PyObject *op = freeing_later;
            memcpy(&freeing_later, (void *)op, sizeof freeing_later);
            memset((void *)op, 0, sizeof freeing_later);
            Py_TYPE(op)->tp_dealloc(op);
        }
    }
    freeing_depth--;
}

#define CPy_TRASHCAN_BEGIN(op, dealloc) \
    if (freeing_begin((PyObject *)(op), (destructor)(dealloc))) {
#define CPy_TRASHCAN_END(op) freeing_end(); }
