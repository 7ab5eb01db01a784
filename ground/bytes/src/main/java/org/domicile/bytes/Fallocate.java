package org.domicile.bytes;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * posix_fallocate(3), which Java has no call for: it reserves the blocks of a file without writing
 * them. Writing zeros instead would double what a large upload costs the disk; a hole would let the
 * disk fill up under somebody's upload.
 */
final class Fallocate {
    private static final int WRITE_ONLY = 1;
    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int NO_SPACE = 28;
    private static final int QUOTA = 122;

    /** Absent where the C library or the permission to call it is missing. */
    private static final @Nullable Fallocate NATIVE = load();

    private final MethodHandle open;
    private final MethodHandle allocate;
    private final MethodHandle close;

    private Fallocate(MethodHandle open, MethodHandle allocate, MethodHandle close) {
        this.open = open;
        this.allocate = allocate;
        this.close = close;
    }

    /**
     * Reserves the file up to {@code length}; false when this system cannot, and the caller must
     * write zeros.
     */
    static boolean reserve(Path path, long length) throws IOException {
        return NATIVE != null && NATIVE.call(path, length);
    }

    private boolean call(Path path, long length) throws IOException {
        int error;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path.toAbsolutePath().toString());
            int file = (int) open.invokeExact(name, WRITE_ONLY | CLOSE_ON_EXEC);
            if (file < 0) {
                return false;
            }
            try {
                error = (int) allocate.invokeExact(file, 0L, length);
            } finally {
                int ignored = (int) close.invokeExact(file);
            }
        } catch (Throwable e) {
            throw new IOException("posix_fallocate of " + path, e);
        }
        if (error == NO_SPACE || error == QUOTA) {
            throw new DiskFull(path + ": no room for " + length + " bytes");
        }
        return error == 0;
    }

    private static @Nullable Fallocate load() {
        // The constants above are those of Linux on 64-bit machines.
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return null;
        }
        try {
            Linker linker = Linker.nativeLinker();
            SymbolLookup names = linker.defaultLookup();
            return new Fallocate(
                    linker.downcallHandle(
                            names.findOrThrow("open"),
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.JAVA_INT),
                            Linker.Option.firstVariadicArg(2)),
                    linker.downcallHandle(
                            names.findOrThrow("posix_fallocate"),
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_LONG)),
                    linker.downcallHandle(
                            names.findOrThrow("close"),
                            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)));
        } catch (RuntimeException e) {
            return null;
        }
    }
}
