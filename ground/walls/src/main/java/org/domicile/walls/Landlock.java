package org.domicile.walls;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The file system but for a {@link Room}, as landlock(7) takes it away. */
final class Landlock {
    private static final int EXECUTE = 1;
    private static final int WRITE_FILE = 1 << 1;
    private static final int READ_FILE = 1 << 2;
    private static final int READ_FOLDER = 1 << 3;
    private static final int REMOVE_FOLDER = 1 << 4;
    private static final int REMOVE_FILE = 1 << 5;
    private static final int MAKE_FOLDER = 1 << 7;
    private static final int MAKE_FILE = 1 << 8;
    private static final int TRUNCATE = 1 << 14;

    /** All that version 3 knows, and what came later. */
    private static final int OF_3 = (1 << 15) - 1;

    private static final int OF_5 = (1 << 16) - 1;

    /** What a rule on a file, not a folder, may name. */
    private static final int ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE;

    private static final int WRITING =
            WRITE_FILE
                    | READ_FILE
                    | READ_FOLDER
                    | REMOVE_FOLDER
                    | REMOVE_FILE
                    | MAKE_FOLDER
                    | MAKE_FILE
                    | TRUNCATE;

    /** The first that also keeps files from being cut off. */
    static final int LEAST = 3;

    static final int WITH_NETWORK = 4;
    private static final int WITH_DEVICES = 5;
    private static final int WITH_SCOPES = 6;

    private static final int ASK_VERSION = 1;
    private static final int BENEATH = 1;
    private static final int PORT = 2;
    private static final int BIND = 1;
    private static final int CONNECT = 2;

    /** A port that the kernel picks. */
    private static final int ANY_FREE = 0;

    private static final int HERE = -100;
    private static final int PATH_ONLY = 0x200000 | 0x80000; // O_PATH, O_CLOEXEC

    private final Calls calls;

    Landlock(Calls calls) {
        this.calls = calls;
    }

    /** What to say of a version that is too old. */
    static String missing(long version) {
        return version == 0
                ? "the kernel has no Landlock, or it is not switched on (lsm=landlock)"
                : "the kernel's Landlock is of version "
                        + version
                        + ", and 3 is needed (Linux 6.2)";
    }

    /** What to say of a version that knows no ports. */
    static String missingPorts(long version) {
        return "the kernel's Landlock is of version "
                + version
                + ", and 4 is needed, which knows ports (Linux 6.7)";
    }

    /** Which version the kernel has; 0 for none. */
    long version() {
        try {
            return Kernel.call(
                    "landlock_create_ruleset",
                    calls.number("landlock_create_ruleset"),
                    0,
                    0,
                    ASK_VERSION,
                    0,
                    0);
        } catch (Kernel.Refusal _) {
            return 0;
        }
    }

    /** From now on, for this thread and what it starts; needs no_new_privs. */
    void onThisThread(Room room, List<Integer> ports) throws Kernel.Refusal, Unwalled {
        long version = version();
        if (!ports.isEmpty() && version < WITH_NETWORK) {
            throw new Unwalled(Walls.NETWORK, missingPorts(version));
        }
        if (version < LEAST) {
            throw new Unwalled(Walls.FILES, missing(version));
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment rules = arena.allocate(24, 8);
            rules.set(ValueLayout.JAVA_LONG, 0, version >= WITH_DEVICES ? OF_5 : OF_3);
            rules.set(ValueLayout.JAVA_LONG, 8, version >= WITH_NETWORK ? 3 : 0);
            rules.set(ValueLayout.JAVA_LONG, 16, version >= WITH_SCOPES ? 3 : 0);
            long size = version >= WITH_SCOPES ? 24 : version >= WITH_NETWORK ? 16 : 8;
            long ruleset =
                    Kernel.call(
                            "landlock_create_ruleset",
                            calls.number("landlock_create_ruleset"),
                            rules.address(),
                            size,
                            0,
                            0,
                            0);
            try {
                allow(arena, ruleset, room.run(), EXECUTE | READ_FILE | READ_FOLDER);
                allow(arena, ruleset, room.read(), READ_FILE | READ_FOLDER);
                allow(arena, ruleset, room.write(), WRITING);
                allow(arena, ruleset, room.devices(), READ_FILE | WRITE_FILE);
                for (int port : ports) {
                    allowPort(arena, ruleset, port, CONNECT);
                }
                if (!ports.isEmpty()) {
                    allowPort(arena, ruleset, ANY_FREE, BIND);
                }
                Kernel.call(
                        "landlock_restrict_self",
                        calls.number("landlock_restrict_self"),
                        ruleset,
                        0,
                        0,
                        0,
                        0);
            } finally {
                close(ruleset);
            }
        }
    }

    private void allow(Arena arena, long ruleset, List<Path> paths, int rights)
            throws Kernel.Refusal {
        for (Path path : paths) {
            if (!Files.exists(path)) {
                continue;
            }
            MemorySegment name = arena.allocateFrom(path.toString(), StandardCharsets.UTF_8);
            long opened =
                    Kernel.call(
                            "openat " + path,
                            calls.number("openat"),
                            HERE,
                            name.address(),
                            PATH_ONLY,
                            0,
                            0);
            try {
                MemorySegment rule = arena.allocate(12, 8);
                rule.set(
                        ValueLayout.JAVA_LONG,
                        0,
                        Files.isDirectory(path) ? rights : rights & ON_FILES);
                rule.set(ValueLayout.JAVA_INT, 8, (int) opened);
                Kernel.call(
                        "landlock_add_rule " + path,
                        calls.number("landlock_add_rule"),
                        ruleset,
                        BENEATH,
                        rule.address(),
                        0,
                        0);
            } finally {
                close(opened);
            }
        }
    }

    private void allowPort(Arena arena, long ruleset, int port, int rights) throws Kernel.Refusal {
        MemorySegment rule = arena.allocate(16, 8);
        rule.set(ValueLayout.JAVA_LONG, 0, rights);
        rule.set(ValueLayout.JAVA_LONG, 8, port);
        Kernel.call(
                "landlock_add_rule of port " + port,
                calls.number("landlock_add_rule"),
                ruleset,
                PORT,
                rule.address(),
                0,
                0);
    }

    private void close(long descriptor) throws Kernel.Refusal {
        Kernel.call("close", calls.number("close"), descriptor, 0, 0, 0, 0);
    }
}
