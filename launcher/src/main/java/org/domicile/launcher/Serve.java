package org.domicile.launcher;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The server process, as {@code up} starts it. */
@Command(
        name = "serve",
        hidden = true,
        description = "The server process; 'up' starts it with the right flags.",
        mixinStandardHelpOptions = true)
final class Serve implements Callable<Integer> {
    @Mixin CommonOptions common = new CommonOptions();
    @Mixin SettingsOptions options = new SettingsOptions();

    @SuppressWarnings("NullAway.Init") // picocli
    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        return new Serving(common.folder(), options.settings())
                .run(ready -> {}, spec.commandLine().getErr());
    }
}
