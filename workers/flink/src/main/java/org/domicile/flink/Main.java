package org.domicile.flink;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.logging.LogManager;
import org.domicile.walls.Walls;
import org.domicile.watches.Wire;

/**
 * The worker's main. Arguments: its folder, the streams' port, milliseconds between checkpoints,
 * bytes of the largest file, bytes of the largest checkpoint, files and sockets that it may have
 * open.
 */
public final class Main {
    private Main() {}

    /** Runs watches until nobody is there any more. */
    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[1]);
        Walls.complete(Long.parseLong(arguments[3]), Long.parseLong(arguments[5]));
        LogManager.getLogManager().reset(); // what goes wrong comes as an exception, and is told
        // whatever prints must not stand between frames, of which there is one way alone
        System.setOut(
                new PrintStream(
                        new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
        Wire wire =
                new Wire(
                        new FileInputStream(FileDescriptor.in),
                        new FileOutputStream(FileDescriptor.out));
        Map<String, String> holes = Walls.tried(Path.of("/etc/passwd"), List.of(port));
        try (Cluster cluster = Cluster.start(Path.of(arguments[0]))) {
            Walls.deafen(); // Flink's own endpoints ask for no password
            wire.send(
                    Wire.HELLO,
                    out -> {
                        out.writeInt(Wire.VERSION);
                        out.writeInt(holes.size());
                        for (Map.Entry<String, String> hole : holes.entrySet()) {
                            Wire.text(out, hole.getKey());
                            Wire.text(out, hole.getValue());
                        }
                    });
            new Conversation(
                            wire,
                            cluster,
                            port,
                            Long.parseLong(arguments[2]),
                            Long.parseLong(arguments[4]))
                    .run();
        } catch (IOException e) {
            complain("the worker ends: " + e);
        }
        Runtime.getRuntime().halt(0); // whatever else still runs: nobody is there any more
    }

    /** Says what went wrong, to the program's log. */
    static void complain(String what) {
        try {
            // not closed: it is the process's
            new FileOutputStream(FileDescriptor.err)
                    .write((what + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            Runtime.getRuntime().halt(1); // nobody is there any more
        }
    }
}
