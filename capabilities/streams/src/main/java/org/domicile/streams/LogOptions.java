package org.domicile.streams;

import java.nio.file.Path;

/**
 * Where the log is.
 *
 * @param folder its own
 * @param host where clients reach it, a literal address
 * @param port 0 for a free one
 */
public record LogOptions(Path folder, String host, int port) {}
