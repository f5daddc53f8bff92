from dataclasses import replace

import pytest

from rag.config import Config
from rag.errors import UsageError
from rag.web.listen import address, listen


def test_it_listens_where_it_is_told() -> None:
    for host, named in (("127.0.0.1", "http://127.0.0.1:"), ("::1", "http://[::1]:")):
        with listen(Config(host=host, port=0)) as listener:
            found, port = listener.getsockname()[:2]
            assert found == host
            assert address(listener) == f"{named}{port}"
            with pytest.raises(UsageError, match=f"cannot listen on {host} port {port}"):
                listen(Config(host=host, port=port))
    with pytest.raises(UsageError, match="cannot listen on no.such.host.invalid port 7860"):
        listen(replace(Config(), host="no.such.host.invalid"))
