package org.domicile.walls;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Numbers of system calls: two for each name, of x86-64 and of AArch64; -1 where one has none.
 * Source: the kernel's {@code syscall_64.tbl} and {@code asm-generic/unistd.h}.
 *
 * @param architecture as {@code seccomp_data} has it
 */
record Calls(int architecture, Map<String, Integer> numbers) {
    /** Ways to reach other processes, the network or the kernel: no child needs them. */
    static final List<String> NEVER =
            List.of(
                    "socket",
                    "socketpair",
                    "ptrace",
                    "process_vm_readv",
                    "process_vm_writev",
                    "process_madvise",
                    "process_mrelease",
                    "pidfd_open",
                    "pidfd_getfd",
                    "pidfd_send_signal",
                    "kcmp",
                    "io_uring_setup",
                    "io_uring_enter",
                    "io_uring_register",
                    "mount",
                    "umount2",
                    "pivot_root",
                    "chroot",
                    "unshare",
                    "setns",
                    "open_tree",
                    "move_mount",
                    "fsopen",
                    "fsconfig",
                    "fsmount",
                    "fspick",
                    "mount_setattr",
                    "bpf",
                    "perf_event_open",
                    "userfaultfd",
                    "keyctl",
                    "add_key",
                    "request_key",
                    "kexec_load",
                    "kexec_file_load",
                    "init_module",
                    "finit_module",
                    "delete_module",
                    "open_by_handle_at",
                    "name_to_handle_at",
                    "move_pages",
                    "migrate_pages",
                    "setpriority",
                    "ioprio_set",
                    "sched_setaffinity",
                    "sched_setscheduler",
                    "sched_setparam",
                    "sched_setattr",
                    "shmget",
                    "shmat",
                    "semget",
                    "msgget",
                    "mq_open",
                    "mknod",
                    "mknodat",
                    "reboot",
                    "settimeofday",
                    "clock_settime",
                    "clock_adjtime",
                    "adjtimex",
                    "sethostname",
                    "setdomainname",
                    "swapon",
                    "swapoff",
                    "acct",
                    "quotactl",
                    "syslog",
                    "iopl",
                    "ioperm",
                    "vhangup",
                    "lookup_dcookie",
                    "rt_sigqueueinfo",
                    "rt_tgsigqueueinfo");

    /** What a child needs to start and not later. */
    static final List<String> NOT_ANY_MORE = List.of("execve", "execveat", "fork", "vfork");

    /** How somebody comes in by a socket that listens. */
    static final List<String> COMING_IN = List.of("accept", "accept4", "listen");

    private static final String TABLE =
            """
            accept 43 202
            accept4 288 242
            acct 163 89
            add_key 248 217
            adjtimex 159 171
            bpf 321 280
            capset 126 91
            chroot 161 51
            clock_adjtime 305 266
            clock_settime 227 112
            clone 56 220
            clone3 435 435
            close 3 57
            delete_module 176 106
            execve 59 221
            execveat 322 281
            finit_module 313 273
            fork 57 -1
            fsconfig 431 431
            fsmount 432 432
            fsopen 430 430
            fspick 433 433
            getpid 39 172
            init_module 175 105
            io_uring_enter 426 426
            io_uring_register 427 427
            io_uring_setup 425 425
            ioperm 173 -1
            iopl 172 -1
            ioprio_set 251 30
            kcmp 312 272
            kexec_file_load 320 294
            kexec_load 246 104
            keyctl 250 219
            kill 62 129
            landlock_add_rule 445 445
            landlock_create_ruleset 444 444
            landlock_restrict_self 446 446
            listen 50 201
            lookup_dcookie 212 18
            migrate_pages 256 238
            mknod 133 -1
            mknodat 259 33
            mount 165 40
            mount_setattr 442 442
            move_mount 429 429
            move_pages 279 239
            mq_open 240 180
            msgget 68 186
            name_to_handle_at 303 264
            open_by_handle_at 304 265
            open_tree 428 428
            openat 257 56
            perf_event_open 298 241
            pidfd_getfd 438 438
            pidfd_open 434 434
            pidfd_send_signal 424 424
            pivot_root 155 41
            prctl 157 167
            prlimit64 302 261
            process_madvise 440 440
            process_mrelease 448 448
            process_vm_readv 310 270
            process_vm_writev 311 271
            ptrace 101 117
            quotactl 179 60
            reboot 169 142
            request_key 249 218
            rt_sigqueueinfo 129 138
            rt_tgsigqueueinfo 297 240
            sched_setaffinity 203 122
            sched_setattr 314 274
            sched_setparam 142 118
            sched_setscheduler 144 119
            seccomp 317 277
            semget 64 190
            sendmmsg 307 269
            sendmsg 46 211
            sendto 44 206
            setdomainname 171 162
            sethostname 170 161
            setns 308 268
            setpriority 141 140
            settimeofday 164 170
            shmat 30 196
            shmget 29 194
            socket 41 198
            socketpair 53 199
            swapoff 168 225
            swapon 167 224
            syslog 103 116
            tgkill 234 131
            tkill 200 130
            umount2 166 39
            unshare 272 97
            userfaultfd 323 282
            vfork 58 -1
            vhangup 153 58
            """;

    private static final int AUDIT_X86_64 = 0xC000003E;
    private static final int AUDIT_AARCH64 = 0xC00000B7;

    /** Of this machine. @throws IllegalStateException where there are none */
    static Calls here() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        return switch (system + " " + System.getProperty("os.arch", "")) {
            case "linux amd64" -> of(AUDIT_X86_64, 1);
            case "linux aarch64" -> of(AUDIT_AARCH64, 2);
            case String other ->
                    throw new IllegalStateException("walls are made on Linux alone, not " + other);
        };
    }

    private static Calls of(int architecture, int column) {
        Map<String, Integer> numbers = new HashMap<>();
        TABLE.lines()
                .map(line -> line.split(" ", -1))
                .forEach(line -> numbers.put(line[0], Integer.valueOf(line[column])));
        return new Calls(architecture, numbers);
    }

    boolean isX86() {
        return architecture == AUDIT_X86_64;
    }

    /** Whether this machine has it. */
    boolean has(String name) {
        return number(name) >= 0;
    }

    int number(String name) {
        Integer number = numbers.get(name);
        if (number == null) {
            throw new IllegalArgumentException("no number is known of " + name);
        }
        return number;
    }
}
