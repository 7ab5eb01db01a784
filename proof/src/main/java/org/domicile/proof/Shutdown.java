package org.domicile.proof;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * A power cut for one file system: from this call on nothing more reaches its device, and its
 * journal is not flushed either. What was synced is on the device; what was not is lost at the next
 * mount. ext4 (EXT4_IOC_SHUTDOWN), XFS (XFS_IOC_GOINGDOWN) and f2fs share number and flags.
 */
final class Shutdown {
    /** {@code _IOR('X', 125, __u32)} of linux/fs/ext4/ext4.h and linux/fs/xfs/libxfs/xfs_fs.h. */
    private static final long GOING_DOWN = 0x8004587dL;

    /** EXT4_GOING_FLAGS_NOLOGFLUSH, XFS_FSOP_GOING_FLAGS_NOLOGFLUSH. */
    private static final int NO_LOG_FLUSH = 2;

    private static final int READ_ONLY = 0;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private Shutdown() {}

    /** Shuts down the file system that is mounted here. Needs root. */
    static void now(Path mountPoint) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int file =
                    (int)
                            variadic("open", ValueLayout.ADDRESS, ValueLayout.JAVA_INT)
                                    .invoke(
                                            state,
                                            arena.allocateFrom(mountPoint.toString()),
                                            READ_ONLY);
            check(file, "open " + mountPoint, state);
            try {
                MemorySegment flags = arena.allocateFrom(ValueLayout.JAVA_INT, NO_LOG_FLUSH);
                int done =
                        (int)
                                variadic(
                                                "ioctl",
                                                ValueLayout.JAVA_INT,
                                                ValueLayout.JAVA_LONG,
                                                ValueLayout.ADDRESS)
                                        .invoke(state, file, GOING_DOWN, flags);
                check(done, "shut down the file system at " + mountPoint, state);
            } finally {
                int ignored =
                        (int)
                                LINKER.downcallHandle(
                                                LINKER.defaultLookup().findOrThrow("close"),
                                                FunctionDescriptor.of(
                                                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
                                        .invoke(file);
            }
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a call into libc", e);
        }
    }

    /** A function of libc whose arguments after the second are variadic. */
    private static MethodHandle variadic(String name, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments),
                Linker.Option.firstVariadicArg(2),
                Linker.Option.captureCallState("errno"));
    }

    private static void check(int result, String what, MemorySegment state) throws IOException {
        if (result < 0) {
            throw new IOException("could not " + what + ": errno " + (int) ERRNO.get(state, 0L));
        }
    }
}
