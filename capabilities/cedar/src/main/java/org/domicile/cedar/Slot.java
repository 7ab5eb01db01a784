package org.domicile.cedar;

/** The places in a template that a link fills. */
public enum Slot {
    PRINCIPAL("?principal"),
    RESOURCE("?resource");

    private final String text;

    Slot(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
