package org.domicile.walls;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Java process within walls, with a folder of its own: started, waited for with patience, ended.
 * What it says on its standard output is the caller's; what it complains about (its standard error)
 * is kept here, the last of it, as one line.
 *
 * <p>Any thread may call. It has ended and its folder is gone when {@link #close} is back, unless
 * the kernel is not done with it after five seconds or a file cannot be removed, which is logged.
 * Whoever starts children clears at its own start ({@link #remove}) what a dead program left.
 */
public final class JavaChild implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.domicile.walls");
    private static final Duration END = Duration.ofSeconds(5);
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    /** Characters of what it complains about. */
    private static final int COMPLAINT = 4_000;

    private static final int KILLED = 137;

    /** What would begin another line of a log. */
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\u0085\\u2028\\u2029]");

    /** Of every child. Its virtual machine says nothing where frames are expected. */
    private static final List<String> FLAGS =
            List.of(
                    "-Xss1m",
                    "-XX:+UseSerialGC",
                    "-XX:-UsePerfData",
                    "-XX:+DisplayVMOutputToStderr",
                    "-Xlog:disable",
                    "-Xlog:all=error:stderr",
                    "-XX:+ErrorFileToStderr",
                    "-XX:-CreateCoredumpOnCrash",
                    "-Xshare:auto",
                    "--enable-native-access=ALL-UNNAMED",
                    "-Duser.timezone=UTC");

    /**
     * What is started.
     *
     * @param name as in "a worker", for sentences
     * @param java home of the Java that it runs on
     * @param room what it sees; has to hold that Java, the class path and where it starts
     * @param ports that it may connect to; none for no network at all
     * @param flags of its Java, beside those of every child; its bounds of memory are among them
     * @param classPath jars and folders
     * @param main the class that begins
     * @param arguments for it
     * @param at where it starts
     * @param folder its own, removed when it is closed
     */
    public record Program(
            String name,
            Path java,
            Room room,
            List<Integer> ports,
            List<String> flags,
            List<Path> classPath,
            String main,
            List<String> arguments,
            Path at,
            Path folder) {
        /** They are the record's own. */
        public Program {
            ports = List.copyOf(ports);
            flags = List.copyOf(flags);
            classPath = List.copyOf(classPath);
            arguments = List.copyOf(arguments);
        }

        private List<String> command() {
            List<String> command = new ArrayList<>();
            command.add(java.resolve("bin/java").toString());
            command.addAll(FLAGS);
            command.addAll(flags);
            command.add("-cp");
            command.add(String.join(":", classPath.stream().map(Path::toString).toList()));
            command.add(main);
            command.addAll(arguments);
            return command;
        }
    }

    /** Something that waits for a child. */
    public interface Wait {
        /** Waits. */
        void done() throws IOException;
    }

    private final Process process;
    private final String name;
    private final Path folder;
    private final StringBuilder complaint = new StringBuilder(); // behind its own lock
    private final Thread listener;

    private JavaChild(Process process, String name, Path folder) {
        this.process = process;
        this.name = name;
        this.folder = folder;
        this.listener = Thread.ofVirtual().name("child-complaint").start(this::listen);
    }

    /**
     * Starts one. Whether it comes up shows when it is waited for ({@link #comesUp}).
     *
     * @throws Unwalled when a wall cannot be made; nothing is started then
     * @throws IOException when it cannot be started; its folder stays the caller's
     */
    public static JavaChild start(Program program) throws IOException {
        Process process =
                Walls.start(
                        program.room(),
                        program.ports(),
                        program.command(),
                        Map.of("LANG", "C.UTF-8", "MALLOC_ARENA_MAX", "2"),
                        program.at());
        JavaChild child = new JavaChild(process, program.name(), program.folder());
        child.first();
        return child;
    }

    /** Where memory runs out, the kernel is to end a child and nothing else. */
    private void first() {
        try {
            Files.writeString(Path.of("/proc/" + process.pid() + "/oom_score_adj"), "1000");
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, name + "'s oom_score_adj is not set: " + e);
        }
    }

    /** Keeps the last of what it complains about. */
    private void listen() {
        try (InputStream in = process.getErrorStream()) {
            byte[] some = new byte[1_024];
            for (int count = in.read(some); count >= 0; count = in.read(some)) {
                synchronized (complaint) {
                    complaint.append(new String(some, 0, count, StandardCharsets.UTF_8));
                    if (complaint.length() > COMPLAINT) {
                        complaint.delete(0, complaint.length() - COMPLAINT);
                    }
                }
            }
        } catch (IOException _) {
            // it ended
        }
    }

    /** Of one that has ended: what it said last may not be read yet. */
    private String said() {
        try {
            listener.join(LAST_WORDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // then it is what was read by now
        }
        synchronized (complaint) {
            return complaint.isEmpty()
                    ? ""
                    : ": " + CONTROL.matcher(complaint.toString().strip()).replaceAll(" ");
        }
    }

    /**
     * Waits for its first words. A child that does not say them is closed.
     *
     * @throws IOException when it does not, with what it complained about
     */
    public void comesUp(Duration patience, Wait hello) throws IOException {
        try {
            within(patience, hello);
        } catch (IOException e) {
            process.destroyForcibly();
            String said = said();
            close();
            throw new IOException(name + " did not come up" + said, e);
        }
    }

    /**
     * Waits for it for so long at most: then it is killed, and the wait fails as with every child
     * that has ended.
     */
    public void within(Duration patience, Wait wait) throws IOException {
        Thread hurry =
                Thread.ofVirtual().name("child-hurry").start(() -> killUnlessEnded(patience));
        try {
            wait.done();
        } finally {
            hurry.interrupt();
        }
    }

    private void killUnlessEnded(Duration patience) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            // what was waited for came
        }
    }

    /** What it says. */
    public InputStream in() {
        return process.getInputStream();
    }

    /** What it is told. */
    public OutputStream out() {
        return process.getOutputStream();
    }

    /** It, as the operating system knows it. */
    public ProcessHandle process() {
        return process.toHandle();
    }

    /** Whether it runs. */
    public boolean alive() {
        return process.isAlive();
    }

    /** Ends it, without waiting; it is to be closed all the same. */
    public void kill() {
        process.destroyForcibly();
    }

    /** Whether it ended by then, of itself and without an error. */
    public boolean endsWell(Duration patience) throws IOException {
        try {
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)
                    && process.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /**
     * Why one ended that was heard no more, as a sentence without its point; the log has what it
     * complained about.
     *
     * @param who what the sentence begins with
     * @param code the sentence for how it ended, unless it was killed
     */
    public String end(String who, IntFunction<String> code) {
        try {
            if (!process.waitFor(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
                return who + " does not answer any more";
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return who + " was not waited for";
        }
        String said = said();
        if (!said.isEmpty()) {
            LOG.log(System.Logger.Level.WARNING, name + " ended" + said);
        }
        return process.exitValue() == KILLED
                ? who + " was killed, perhaps because the machine is out of memory"
                : code.apply(process.exitValue());
    }

    /** Ends it and removes its folder. Several may: all of them wait for that. */
    @Override
    public synchronized void close() {
        process.destroyForcibly();
        try {
            process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS);
            remove(folder);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, folder + " stays until the next start", e);
        }
    }

    /**
     * Removes a folder of children with all that is in it; none is fine. Links are not followed,
     * and what goes meanwhile is passed over.
     */
    public static void remove(Path folder) throws IOException {
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.deleteIfExists(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e)
                            throws IOException {
                        if (e instanceof NoSuchFileException) {
                            return FileVisitResult.CONTINUE;
                        }
                        throw e;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path each, @Nullable IOException e)
                            throws IOException {
                        Files.deleteIfExists(each);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
