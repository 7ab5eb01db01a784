package org.domicile.walls;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** System calls of the calling thread, by libc's {@code syscall}. */
final class Kernel {
    /** What the kernel answered when it did not do it. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        private final int number;

        Refusal(String call, int number) {
            super(call + ": errno " + number, null, false, false);
            this.number = number;
        }

        /** errno. */
        int number() {
            return number;
        }
    }

    static final int EPERM = 1;
    static final int EACCES = 13;
    static final int ENOSYS = 38;

    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SYSCALL = syscall();

    private Kernel() {}

    private static MethodHandle syscall() {
        Linker linker = Linker.nativeLinker();
        ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(word, word, word, word, word, word, word),
                Linker.Option.firstVariadicArg(1),
                Linker.Option.captureCallState("errno"));
    }

    /** Has everything loaded that a call needs: a thread within walls cannot load classes. */
    static void warm() throws Refusal {
        call("getpid", Calls.here().number("getpid"), 0, 0, 0, 0, 0);
    }

    /** A system call of at most five arguments. */
    static long call(String name, long number, long a, long b, long c, long d, long e)
            throws Refusal {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result = (long) SYSCALL.invokeExact(state, number, a, b, c, d, e);
            if (result < 0) {
                throw new Refusal(name, (int) ERRNO.get(state, 0L));
            }
            return result;
        } catch (Refusal refused) {
            throw refused;
        } catch (Throwable thrown) {
            throw new IllegalStateException(name, thrown);
        }
    }
}
