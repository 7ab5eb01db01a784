package org.domicile.walls;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * A filter of system calls, as seccomp(2) takes it: instructions of classic BPF over {@code struct
 * seccomp_data} (number at 0, architecture at 4, low halves of the arguments at 16, 24, …).
 */
final class Filter {
    private record Step(int code, int yes, int no, int value) {}

    private static final int LOAD = 0x20;
    private static final int EQUAL = 0x15;
    private static final int AT_LEAST = 0x35;
    private static final int ANY_BIT = 0x45;
    private static final int ANSWER = 0x06;

    private static final int ALLOW = 0x7fff0000;
    private static final int REFUSE = 0x00050000;

    private static final int AND = 0x54;

    private static final int FIRST_ARGUMENT = 16;
    private static final int SECOND_ARGUMENT = 24;
    private static final int THIRD_ARGUMENT = 32;
    private static final int FOURTH_ARGUMENT = 40;

    /** Connects with the first bytes: no rule of Landlock's on ports sees that. */
    static final int FAST_OPEN = 0x20000000; // MSG_FASTOPEN

    private static final int INTERNET = 2; // AF_INET
    private static final int INTERNET_6 = 10; // AF_INET6
    private static final int KIND_OF_SOCKET = 0xf; // without SOCK_CLOEXEC and SOCK_NONBLOCK
    private static final int STREAM = 1; // SOCK_STREAM
    private static final int TCP = 6; // IPPROTO_TCP

    /** Namespaces of clone(2). */
    private static final int NAMESPACES = 0x7E020000;

    private static final int THREAD = 0x10000;

    /** System calls of the x32 kind have this bit, and are none of ours. */
    private static final int X32 = 0x40000000;

    private static final int SET_FILTER = 1;
    private static final int ALL_THREADS = 1;
    private static final int STEP = 8;

    private final Calls calls;
    private final List<Step> steps = new ArrayList<>();

    private Filter(Calls calls) {
        this.calls = calls;
        add(LOAD, 0, 0, 4);
        add(EQUAL, 1, 0, calls.architecture());
        refuse(Kernel.EPERM);
        add(LOAD, 0, 0, 0);
        if (calls.isX86()) {
            add(AT_LEAST, 0, 1, X32);
            refuse(Kernel.EPERM);
        }
        // The C library turns to clone, whose flags can be looked at.
        on("clone3", () -> refuse(Kernel.ENOSYS));
    }

    /** What no child needs, and no namespaces. */
    static Filter around(Calls calls) {
        return around(Calls.NEVER, new Filter(calls));
    }

    /**
     * The same for a child with TCP: sockets of IPv4 and IPv6 that are streams, and of no other
     * protocol than TCP (Landlock's ports do not mean MPTCP). Pairs of Unix sockets stay inside the
     * child, and Java cannot close a socket without one.
     */
    static Filter aroundTcp(Calls calls) {
        Filter filter = new Filter(calls);
        filter.on("socket", filter::onlyTcp);
        filter.on("sendto", () -> filter.onlyConnected(FOURTH_ARGUMENT));
        filter.on("sendmsg", () -> filter.onlyConnected(THIRD_ARGUMENT));
        filter.on("sendmmsg", () -> filter.onlyConnected(FOURTH_ARGUMENT));
        return around(
                Calls.NEVER.stream()
                        .filter(each -> !each.equals("socket") && !each.equals("socketpair"))
                        .toList(),
                filter);
    }

    private void onlyTcp() {
        add(LOAD, 0, 0, FIRST_ARGUMENT);
        add(EQUAL, 2, 0, INTERNET);
        add(EQUAL, 1, 0, INTERNET_6);
        refuse(Kernel.EPERM);
        add(LOAD, 0, 0, SECOND_ARGUMENT);
        add(AND, 0, 0, KIND_OF_SOCKET);
        add(EQUAL, 1, 0, STREAM);
        refuse(Kernel.EPERM);
        add(LOAD, 0, 0, THIRD_ARGUMENT);
        add(EQUAL, 2, 0, 0);
        add(EQUAL, 1, 0, TCP);
        refuse(Kernel.EPERM);
        add(ANSWER, 0, 0, ALLOW);
    }

    private void onlyConnected(int flags) {
        add(LOAD, 0, 0, flags);
        add(ANY_BIT, 0, 1, FAST_OPEN);
        refuse(Kernel.EPERM);
        add(ANSWER, 0, 0, ALLOW);
    }

    private static Filter around(List<String> never, Filter filter) {
        never.forEach(name -> filter.on(name, () -> filter.refuse(Kernel.EPERM)));
        filter.on(
                "clone",
                () -> {
                    filter.add(LOAD, 0, 0, FIRST_ARGUMENT);
                    filter.add(ANY_BIT, 0, 1, NAMESPACES);
                    filter.refuse(Kernel.EPERM);
                    filter.add(ANSWER, 0, 0, ALLOW);
                });
        filter.add(ANSWER, 0, 0, ALLOW);
        return filter;
    }

    /** What a started child gives up: it stays one process, and acts on no other. */
    static Filter within(Calls calls, int self) {
        Filter filter = new Filter(calls);
        Calls.NOT_ANY_MORE.forEach(name -> filter.on(name, () -> filter.refuse(Kernel.EPERM)));
        filter.on(
                "clone",
                () -> {
                    filter.add(LOAD, 0, 0, FIRST_ARGUMENT);
                    filter.add(ANY_BIT, 1, 0, THREAD);
                    filter.refuse(Kernel.EPERM);
                    filter.add(ANSWER, 0, 0, ALLOW);
                });
        for (String name : List.of("kill", "tgkill", "prlimit64")) {
            filter.on(
                    name,
                    () -> {
                        filter.add(LOAD, 0, 0, FIRST_ARGUMENT);
                        filter.add(EQUAL, 2, 0, self);
                        // of prlimit it is the caller; kill would mean the whole group
                        filter.add(EQUAL, name.equals("prlimit64") ? 1 : 0, 0, 0);
                        filter.refuse(Kernel.EPERM);
                        filter.add(ANSWER, 0, 0, ALLOW);
                    });
        }
        filter.on("tkill", () -> filter.refuse(Kernel.EPERM));
        filter.add(ANSWER, 0, 0, ALLOW);
        return filter;
    }

    /** A child that listens answers nobody from now on. */
    static Filter deaf(Calls calls) {
        Filter filter = new Filter(calls);
        Calls.COMING_IN.forEach(name -> filter.on(name, () -> filter.refuse(Kernel.EPERM)));
        filter.add(ANSWER, 0, 0, ALLOW);
        return filter;
    }

    /** What is done for one call; it has to answer. The number is loaded when it begins. */
    private void on(String name, Runnable then) {
        if (!calls.has(name)) {
            return;
        }
        int at = steps.size();
        add(EQUAL, 0, 0, calls.number(name));
        then.run();
        int skipped = steps.size() - at - 1;
        steps.set(at, new Step(EQUAL, 0, skipped, calls.number(name)));
    }

    private void refuse(int number) {
        add(ANSWER, 0, 0, REFUSE | number);
    }

    private void add(int code, int yes, int no, int value) {
        steps.add(new Step(code, yes, no, value));
    }

    /** From now on, for this thread and what it starts; needs no_new_privs. */
    void onThisThread() throws Kernel.Refusal {
        install(0);
    }

    /** From now on, for every thread of the process. */
    void onAllThreads() throws Kernel.Refusal {
        install(ALL_THREADS);
    }

    private void install(int flags) throws Kernel.Refusal {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment program = arena.allocate((long) steps.size() * STEP, STEP);
            for (int i = 0; i < steps.size(); i++) {
                Step step = steps.get(i);
                long at = (long) i * STEP;
                program.set(ValueLayout.JAVA_SHORT, at, (short) step.code());
                program.set(ValueLayout.JAVA_BYTE, at + 2, (byte) step.yes());
                program.set(ValueLayout.JAVA_BYTE, at + 3, (byte) step.no());
                program.set(ValueLayout.JAVA_INT, at + 4, step.value());
            }
            MemorySegment named = arena.allocate(16, 8);
            named.set(ValueLayout.JAVA_SHORT, 0, (short) steps.size());
            named.set(ValueLayout.ADDRESS, 8, program);
            Kernel.call(
                    "seccomp", calls.number("seccomp"), SET_FILTER, flags, named.address(), 0, 0);
        }
    }
}
