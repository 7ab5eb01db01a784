package org.domicile.flink;

import java.net.URI;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;

/** Makes {@link KeptFileSystem}, for Flink, which finds it by META-INF/services. */
public final class KeptFiles implements FileSystemFactory {
    private static final KeptFileSystem ONE = new KeptFileSystem();

    /** For Flink. */
    public KeptFiles() {}

    @Override
    public String getScheme() {
        return KeptFileSystem.SCHEME;
    }

    @Override
    public FileSystem create(URI uri) {
        return ONE;
    }
}
