package org.domicile.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What commands take that move whole buckets, and how they ask for it. */
final class MovingOptions {
    @Option(
            names = "--remote-credential",
            paramLabel = "FILE",
            description = {
                "With --from and --to: the other server's credential, a file with accessKey, secret"
                        + " and perhaps region as first.credential is one. It is kept sealed until"
                        + " the move is done."
            })
    @Nullable Path remote;

    @Option(
            names = "--region",
            paramLabel = "REGION",
            description = {
                "With --from and --to: what the other server wants in signatures (default: what the"
                        + " file says, else us-east-1)."
            })
    String region = "";

    @Option(
            names = "--settings",
            paramLabel = "WHICH",
            description = {
                "With --from and --to: what becomes of what is set for the bucket (policy,"
                        + " lifecycle, ...): unset sets what is not set where it goes; replace also"
                        + " replaces what is set otherwise there; none carries nothing (default:"
                        + " ${DEFAULT-VALUE})."
            })
    String settings = "unset";

    @Option(
            names = "--background",
            description = "With --from and --to: do not wait for the end; 'move watch' does.")
    boolean background;

    /** The bucket that s3://BUCKET names. */
    static String bucket(CommandSpec spec, String text) {
        String rest = text.startsWith("s3://") ? text.substring("s3://".length()) : "";
        String bucket = rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest;
        if (bucket.isEmpty() || bucket.indexOf('/') >= 0) {
            throw Input.wrong(
                    spec, "'" + text + "' is no bucket; a whole bucket moves: write s3://BUCKET");
        }
        return bucket;
    }

    /**
     * Asks the server for a move, and waits for its end unless it is not wanted.
     *
     * @param wanted what is special of it
     * @param credential the file of the credential that it acts as; the first one when null
     */
    Integer start(
            CommandSpec spec, CommonOptions common, Json.Row wanted, @Nullable Path credential) {
        if (remote == null) {
            throw Input.wrong(spec, "--remote-credential is missing: the other server's");
        }
        Folder folder = common.folder();
        Endpoints server = Endpoints.on(folder);
        FirstCredential own = read(credential == null ? server.firstCredential() : credential);
        FirstCredential other = read(remote);
        String said = region.isEmpty() ? other.region() : region;
        Map<String, Object> body = new LinkedHashMap<>(wanted.fields());
        body.put("region", said.isEmpty() ? "us-east-1" : said);
        body.put("settings", settings);
        body.put("as", own.accessKey());
        body.put("secret", own.secret());
        body.put("remoteKey", other.accessKey());
        body.put("remoteSecret", other.secret());
        AdminClient admin = AdminClient.of(folder, server);
        Json.Row move = admin.post("/v1/moves", new Json.Row(body));
        Output output = Output.of(spec, common);
        if (background) {
            output.result(
                    move,
                    "move %s is under way; see it with: ./domicile move watch %s"
                            .formatted(move.text("move"), move.text("move")));
            return 0;
        }
        return new MoveWatch(admin, output).untilTheEnd(move.text("move"));
    }

    /** What a file of a credential holds. */
    static FirstCredential read(Path file) {
        try {
            Json.Row row = Json.object(Files.readAllBytes(file));
            if (!row.text("accessKey").isEmpty() && !row.text("secret").isEmpty()) {
                return new FirstCredential(
                        row.text("accessKey"), row.text("secret"), row.text("region"));
            }
        } catch (IOException e) {
            throw new Problem(
                    "cannot read the credential " + file + " (" + LocalFiles.said(e) + ")");
        }
        throw new Problem(file + " holds no accessKey and secret");
    }
}
