package org.domicile.walls;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What of the file system a child sees. What does not exist is passed over.
 *
 * @param run files and folders to read and to execute: programs and shared libraries
 * @param read files and folders to read
 * @param write folders to read, and to make, write and remove files in
 * @param devices files to read and write
 */
public record Room(List<Path> run, List<Path> read, List<Path> write, List<Path> devices) {
    /** They are the record's own. */
    public Room {
        run = List.copyOf(run);
        read = List.copyOf(read);
        write = List.copyOf(write);
        devices = List.copyOf(devices);
    }

    /**
     * What a Java program needs beside its own jars and their libraries.
     *
     * <p>{@code /proc} is there because the JDK closes inherited files by it and looks at its own
     * limits; the memory and the environment of processes outside stay closed (Landlock lets nobody
     * trace what is outside its domain).
     */
    public static Room ofJava(Path home, List<Path> program, List<Path> read, List<Path> write) {
        return new Room(
                Stream.concat(
                                Stream.of(
                                        home,
                                        Path.of("/lib"),
                                        Path.of("/lib64"),
                                        Path.of("/usr/lib")),
                                program.stream())
                        .toList(),
                Stream.of(
                                read,
                                List.of(
                                        Path.of("/etc/ld.so.cache"),
                                        Path.of("/proc"),
                                        Path.of("/sys/devices/system/cpu"),
                                        Path.of("/sys/fs/cgroup"),
                                        Path.of("/dev/urandom"),
                                        Path.of("/dev/random"),
                                        Path.of("/dev/zero")))
                        .flatMap(List::stream)
                        .toList(),
                write,
                List.of(Path.of("/dev/null")));
    }
}
