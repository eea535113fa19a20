//! What stands in for `exchange` and `attributes` on systems without them: there a replacement is a plain rename.

pub(super) mod exchange {
    use std::path::Path;

    #[expect(dead_code, reason = "only the answer of this system")]
    pub(in super::super) enum Exchange {
        Done,
        Overtaken,
        Gone,
        Refused,
    }

    pub(in super::super) fn exchange(
        _draft: &Path,
        _target: &Path,
        _new: &[u8],
        _is_expected: impl Fn(&Path) -> bool,
    ) -> Exchange {
        Exchange::Refused
    }
}

pub(super) mod attributes {
    use std::fs::File;
    use std::path::Path;

    use super::super::error::StoreError;

    #[expect(clippy::unnecessary_wraps, reason = "as on systems that have attributes")]
    pub(in super::super) fn keep(_draft: &File, _target: &Path) -> Result<(), StoreError> {
        Ok(())
    }
}
