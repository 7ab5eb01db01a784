package org.domicile.launcher;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lets the server move a bucket out. */
@Command(
        name = "export",
        description = {
            "Let the running server move a whole bucket to another S3 server: all versions in their"
                    + " order, markers, tags, metadata, retentions and holds, then what is set for"
                    + " the bucket. Nothing is removed here, and what is there already is not"
                    + " carried again. It goes on when this command ends; 'move' shows and steers"
                    + " it.",
            "What is read is read as --credential; data leave only to zones of the bucket and of"
                    + " that one's purpose. The other server gives dates and version ids anew."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example: ./domicile export s3://archive --to provider --remote-credential"
                    + " provider.json"
        })
final class ExportCommand extends ServerCommand {
    @Mixin MovingOptions moving = new MovingOptions();

    @Parameters(index = "0", paramLabel = "s3://BUCKET", description = "The bucket here.")
    String source = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "s3://BUCKET",
            description = "The bucket over there (default: one of the same name).")
    String target = "";

    @Option(
            names = "--to",
            required = true,
            paramLabel = "TARGET",
            description = "The other server, as 'target create' has registered it.")
    String to = "";

    @Option(
            names = "--credential",
            paramLabel = "FILE",
            description = "A file as first.credential is one (default: the first credential).")
    @Nullable Path credential;

    @Override
    public Integer call() {
        return moving.start(
                spec,
                common,
                Json.row(
                        "direction",
                        "out",
                        "target",
                        to,
                        "remote",
                        MovingOptions.bucket(spec, target.isEmpty() ? source : target),
                        "bucket",
                        MovingOptions.bucket(spec, source)),
                credential);
    }
}
