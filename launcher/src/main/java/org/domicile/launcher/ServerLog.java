package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.MessageFormat;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;

/**
 * The server's log: {@code log/server.log}, one JSON object a line with {@code time}, {@code
 * level}, {@code logger}, {@code message}, and where they are known {@code request}, {@code cause}
 * and {@code trace} (bugs only: for a failure of a disk or a peer the sentence is all there is to
 * know). At 10 MiB it becomes {@code server.log.1}, and so on to {@code .4}.
 *
 * <p>{@code System.Logger} ends here by way of java.util.logging, whose own configuration is not
 * asked. A log that cannot be written stops nobody: the line goes to standard error.
 */
final class ServerLog extends Handler {
    private static final long LARGEST = 10L << 20;
    private static final int OLD_FILES = 4;
    private static final Pattern REQUEST = Pattern.compile("\\brequest[= ]([0-9A-F]{16})\\b");

    private final JsonFactory json = new JsonFactory();
    private final Path file;
    private final long largest;
    private @Nullable OutputStream out;
    private long size;

    ServerLog(Path file, long largest) throws IOException {
        this.file = file;
        this.largest = largest;
        openFile();
    }

    /** Makes everything that this process logs go to a folder's log. */
    static ServerLog open(Path folder) throws IOException {
        ServerLog log = new ServerLog(folder.resolve("server.log"), LARGEST);
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        root.setLevel(Level.INFO);
        root.addHandler(log);
        return log;
    }

    private void openFile() throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        }
        size = Files.size(file);
        out = Files.newOutputStream(file, StandardOpenOption.APPEND);
    }

    @Override
    public synchronized void publish(LogRecord entry) {
        if (!isLoggable(entry)) {
            return;
        }
        byte[] line = line(entry);
        try {
            if (size > 0 && size + line.length > largest) {
                rotate();
            }
            OutputStream open = out;
            if (open == null) {
                throw new IOException("the log is closed");
            }
            open.write(line);
            size += line.length;
        } catch (IOException e) {
            // what a log cannot take is said where the service manager sees it
            System.err.write(line, 0, line.length);
            System.err.flush();
        }
    }

    private void rotate() throws IOException {
        if (out != null) {
            out.close();
        }
        for (int i = OLD_FILES; i > 1; i--) {
            Path younger = sibling(i - 1);
            if (Files.exists(younger)) {
                Files.move(younger, sibling(i), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.move(file, sibling(1), StandardCopyOption.REPLACE_EXISTING);
        openFile();
    }

    private Path sibling(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    private byte[] line(LogRecord entry) {
        String message = message(entry);
        StringWriter text = new StringWriter();
        try (JsonGenerator to = json.createGenerator(text)) {
            to.writeStartObject();
            to.writeStringField("time", entry.getInstant().toString());
            to.writeStringField("level", level(entry.getLevel()));
            to.writeStringField("logger", String.valueOf(entry.getLoggerName()));
            Matcher request = REQUEST.matcher(message);
            if (request.find()) {
                to.writeStringField("request", request.group(1));
            }
            to.writeStringField("message", message);
            Throwable thrown = entry.getThrown();
            if (thrown != null) {
                to.writeStringField("cause", String.valueOf(thrown));
                if (bug(thrown)) {
                    StringWriter trace = new StringWriter();
                    writeTrace(thrown, new PrintWriter(trace));
                    to.writeStringField("trace", trace.toString());
                }
            }
            to.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("memory does not fail", e);
        }
        return (text + "\n").getBytes(UTF_8);
    }

    /** Failures that are typed explain themselves; what nobody expected needs its place. */
    private static boolean bug(Throwable thrown) {
        return switch (thrown) {
            case StorageFailure _ -> false;
            case RuntimeException _ -> true;
            case Error _ -> true;
            default -> false;
        };
    }

    private static void writeTrace(Throwable thrown, PrintWriter to) {
        Throwable at = thrown;
        for (int depth = 0; at != null && depth < 8; depth++) {
            to.println(depth == 0 ? at.toString() : "caused by " + at);
            for (StackTraceElement element : at.getStackTrace()) {
                to.println("  at " + element);
            }
            at = at.getCause();
        }
        to.flush();
    }

    private static String message(LogRecord entry) {
        String raw = String.valueOf(entry.getMessage());
        Object[] parameters = entry.getParameters();
        if (parameters == null || parameters.length == 0) {
            return raw;
        }
        try {
            return MessageFormat.format(raw, parameters);
        } catch (IllegalArgumentException e) {
            return raw; // braces that were no places for values
        }
    }

    private static String level(Level level) {
        if (level.intValue() >= Level.SEVERE.intValue()) {
            return "error";
        }
        if (level.intValue() >= Level.WARNING.intValue()) {
            return "warning";
        }
        return level.intValue() >= Level.INFO.intValue() ? "info" : "debug";
    }

    @Override
    public void flush() {}

    @Override
    public synchronized void close() {
        OutputStream open = out;
        out = null;
        if (open != null) {
            Logger.getLogger("").removeHandler(this);
            try {
                open.close();
            } catch (IOException e) {
                System.err.println("domicile: the log was not closed: " + e);
            }
        }
    }
}
